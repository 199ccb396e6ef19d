"""Words of ours that people in the stories type."""

from __future__ import annotations

from adapters.stories.story import Picks, Says

HOME = Says(("home", "trang chủ", "首页"))
NEW = Says(("new objective", "mục tiêu mới", "新目标"))
BOARD = Says(("status", "bảng", "看板"))
MINE = Says(("status me", "bảng của tôi", "看板 我的"))
TEAM = Says(("status team", "bảng nhóm", "看板 团队"))
COMPANY = Says(("status company", "bảng công ty", "看板 公司"))
TREND = Says(("trend", "xu hướng", "趋势"))
SETTINGS = Says(("settings", "cài đặt", "设置"))
HELP = Says(("help", "trợ giúp", "帮助"))
CHECK_IN = Says(("check in", "cập nhật", "进展"))
CALL = Says(("help!", "cứu mạng", "救命"))
WHEN = Says(("when", "khi nào", "什么时候"))
SNOOZE = Says(("snooze", "nhắc lại sau", "稍后提醒"))
BACK = Says(("back", "quay lại", "返回"))
CHANGE = Says(("change", "sửa", "修改"))
CANCEL = Says(("cancel", "hủy", "取消"))
LATER = Says(("pause", "tạm dừng", "暂停"))
CONTINUE = Says(("continue", "tiếp tục", "继续"))

RIGHT = Picks("right")
SKIP = Picks("skip")
ENOUGH = Picks("enough")
MORE = Picks("more")
