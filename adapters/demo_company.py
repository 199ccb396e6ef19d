"""Lantern, the sample company of the demo: an online grocer at work in Vietnam and China. Values only.

Everybody writes in their own language. Ids are readable on purpose: they show up in addresses and in tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.okr.objective import Ambition
from bot.okr.people import PersonId, Role, Team, TeamId

HANOI = "Asia/Ho_Chi_Minh"
SHANGHAI = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """`minutes` after Friday's prompt they check in; `note` says in their language what is special about them."""

    id: str
    name: str
    team: str
    locale: str
    timezone: str
    manager: str | None
    role: Role = Role.MEMBER
    minutes: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class SampleKeyResult:
    """`span` is "baseline → target unit"; `weeks` a value a week, oldest first, "-" for no check-in, "?" after a value: at risk.

    `notes` are by week, 1 … 8.
    """

    id: str
    sentence: str
    metric: str
    span: str
    start_confidence: int
    weeks: str
    notes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SampleObjective:
    """`serves` is the id of a key result, or of an objective after a "*"."""

    id: str
    owner: str
    title: str
    why: str
    ambition: Ambition
    serves: str
    key_results: tuple[SampleKeyResult, ...]


TEAMS = (
    Team(TeamId("lantern"), "Lantern", "Lantern", None, PersonId("mei")),
    Team(TeamId("product"), "Product", "Lantern/Product", TeamId("lantern"), PersonId("daniel")),
    Team(TeamId("growth"), "Growth", "Lantern/Growth", TeamId("lantern"), PersonId("jie")),
    Team(TeamId("vietnam"), "Vietnam", "Lantern/Growth/Vietnam", TeamId("growth"), PersonId("linh")),
)

PEOPLE = (
    SamplePerson("mei", "林梅", "lantern", "zh", SHANGHAI, None, Role.MANAGER, 12, "公司负责人，能看全公司的看板"),
    SamplePerson("thomas", "Thomas Wright", "lantern", "en", HANOI, "mei", Role.ADMIN, 41, "runs operations and this Laban"),
    SamplePerson("huong", "Trần Thu Hương", "lantern", "vi", HANOI, "mei", Role.MEMBER, 120, "lo tài chính và nhân sự"),
    SamplePerson(
        "daniel", "Daniel Okafor", "product", "en", HANOI, "mei", Role.MANAGER, -1560, "leads Product, late with check-ins"
    ),
    SamplePerson("khoa", "Nguyễn Đăng Khoa", "product", "vi", HANOI, "daniel", Role.MEMBER, 7, "làm ứng dụng"),
    SamplePerson("yutong", "王雨桐", "product", "zh", SHANGHAI, "daniel", Role.MEMBER, 25, "做产品设计"),
    SamplePerson("priya", "Priya Nair", "product", "en", HANOI, "daniel", Role.MEMBER, 60, "looks after the numbers"),
    SamplePerson("jie", "陈杰", "growth", "zh", SHANGHAI, "mei", Role.MANAGER, 33, "增长团队负责人，Bảo An 向他汇报"),
    SamplePerson("xinyi", "刘欣怡", "growth", "zh", SHANGHAI, "jie", Role.MEMBER, 18, "做内容和菜谱"),
    SamplePerson("an", "Phạm Bảo An", "growth", "vi", HANOI, "jie", note="chưa có mục tiêu nào – thử viết mục tiêu đầu tiên"),
    SamplePerson("linh", "Lê Mai Linh", "vietnam", "vi", HANOI, "jie", Role.MANAGER, 50, "trưởng nhóm Việt Nam"),
    SamplePerson("minh", "Hoàng Gia Minh", "vietnam", "vi", HANOI, "linh", Role.MEMBER, 180, "đang kẹt ở một kết quả"),
)

OBJECTIVES = (
    SampleObjective(
        "meitable",
        "mei",
        "让每个家庭都放心把一日三餐交给我们",
        "家人吃得放心，才会每周回来。口碑是我们唯一能跑赢大平台的地方。",
        Ambition.ASPIRATIONAL,
        "",
        (
            SampleKeyResult(
                "meinps",
                "NPS 从 30 提升到 50",
                "NPS",
                "30 → 50",
                5,
                "31 32 34 35 37 39 41 43",
                {
                    3: "夜间客服上线后，差评少了一半。",
                    6: "河内的评分第一次超过上海。",
                    8: "老用户最爱提的是“菜新鲜”，新用户还是嫌配送慢。",
                },
            ),
            SampleKeyResult(
                "meirepeat",
                "四周复购率从 38% 提升到 50%",
                "四周复购率",
                "38 → 50 %",
                5,
                "38 39 40 41 42 43 45 46",
                {4: "周三会员日带动明显。", 7: "菜谱推荐上线第一周，复购多了两个点。"},
            ),
            SampleKeyResult(
                "meicomplain",
                "每千单投诉从 12 件降到 5 件",
                "每千单投诉",
                "12 → 5 件",
                6,
                "12 11 11 10 9 9 8? 8?",
                {7: "缺货替换引起的投诉占了四成，和 Thomas 一起看库存。", 8: "库存准确率在好转，投诉还没跟上。"},
            ),
        ),
    ),
    SampleObjective(
        "meihanoi",
        "mei",
        "在河内站稳脚跟，成为大家买菜的第一选择",
        "河内是我们走出中国的第一座城市。这里走通了，别的城市才有路。",
        Ambition.ASPIRATIONAL,
        "",
        (
            SampleKeyResult(
                "meiactive",
                "河内每周下单家庭从 2,000 户增加到 6,000 户",
                "河内每周下单家庭",
                "2000 → 6000 户",
                4,
                "2100 2400 2700 3000 3300 3700 4000? 4300?",
                {5: "朋友推荐带来的家庭留得最久。", 8: "西湖区满了，新配送点没落地就接不住更多订单。"},
            ),
            SampleKeyResult(
                "meimargin",
                "河内每单毛利从 -4 元提升到 3 元",
                "河内每单毛利",
                "-4 → 3 元",
                5,
                "-4 -3.5 -3 -2.5 -2 -1.2 -0.6 0",
                {6: "拼单路线省下了三分之一的车费。", 8: "打平了！接下来每一单都在赚钱。"},
            ),
        ),
    ),
    SampleObjective(
        "thomasword",
        "thomas",
        "Every promise we make at checkout is kept",
        "People forgive a missing lemon. They do not forgive waiting at the door for a van that never comes.",
        Ambition.COMMITTED,
        "meicomplain",
        (
            SampleKeyResult(
                "thomashour",
                "Orders delivered inside the promised hour from 82 % to 95 %",
                "orders delivered inside the promised hour",
                "82 → 95 %",
                6,
                "82 83 84 86 87 88 90 91",
                {
                    2: "Rain every evening; still a point up.",
                    5: "New route planner is live in both cities.",
                    8: "Best Friday so far.",
                },
            ),
            SampleKeyResult(
                "thomasrefund",
                "Refunds settled within 24 hours from 55 % to 90 %",
                "refunds settled within 24 hours",
                "55 → 90 %",
                5,
                "55 58 62 66 70 73 77 80",
                {4: "The bank now answers over night.", 7: "What is left are cash orders. Linh's team has an idea."},
            ),
        ),
    ),
    SampleObjective(
        "huongmoney",
        "huong",
        "Biết rõ từng đồng đi đâu để dám đầu tư đúng chỗ",
        "Khi số liệu về trễ hai tuần, ta luôn quyết định theo cảm tính.",
        Ambition.COMMITTED,
        "meimargin",
        (
            SampleKeyResult(
                "huongclose",
                "Khóa sổ tháng từ 12 ngày xuống còn 5 ngày",
                "thời gian khóa sổ tháng",
                "12 → 5 ngày",
                6,
                "12 12 11 10 10 9 8 8",
                {3: "Kho Thượng Hải gửi chứng từ sớm hơn hẳn.", 6: "Còn vướng ở đối soát tiền mặt."},
            ),
            SampleKeyResult(
                "huongcost",
                "Đơn hàng có giá vốn chính xác từ 70% lên 98%",
                "đơn hàng có giá vốn chính xác",
                "70 → 98 %",
                5,
                "70 72 76 80 84 86 88 89",
                {5: "Rau củ xong rồi, tuần sau sang hải sản.", 8: "Hải sản khó hơn tưởng vì giá đổi mỗi ngày."},
            ),
        ),
    ),
    SampleObjective(
        "danielgrocer",
        "daniel",
        "Shopping on Lantern feels like talking to a good grocer",
        "A grocer knows what you cook on Tuesdays. We still make people scroll.",
        Ambition.ASPIRATIONAL,
        "meirepeat",
        (
            SampleKeyResult(
                "danielfind",
                "Weekly shoppers who find what they search for from 61 % to 80 %",
                "shoppers who find what they search for",
                "61 → 80 %",
                5,
                "62 64 65 67 70 - - -",
                {3: "Search understands misspelled dish names now.", 5: "Synonyms for herbs did more than all of last month."},
            ),
            SampleKeyResult(
                "danielstars",
                "App store rating from 4.1 to 4.6",
                "app store rating",
                "4.1 → 4.6",
                5,
                "4.1 4.1 4.2 4.2 4.3 - - -",
                {5: "Asking for a rating after the second order, not the first."},
            ),
        ),
    ),
    SampleObjective(
        "khoafast",
        "khoa",
        "Mở ứng dụng là mua được ngay, không ai phải chờ",
        "Người ta đặt rau lúc đèn đỏ. Chậm hai giây là họ cất điện thoại.",
        Ambition.COMMITTED,
        "*danielgrocer",
        (
            SampleKeyResult(
                "khoastart",
                "Thời gian mở ứng dụng từ 4,2 giây xuống còn 1,5 giây",
                "thời gian mở ứng dụng",
                "4.2 → 1.5 giây",
                5,
                "4.2 3.9 3.6 3.2 2.9 2.7 2.5 2.3",
                {
                    2: "Bỏ được một lượt gọi mạng lúc khởi động.",
                    6: "Máy Android cũ vẫn chậm.",
                    8: "Ảnh trang chủ nhẹ đi một nửa.",
                },
            ),
            SampleKeyResult(
                "khoacrash",
                "Phiên không gặp lỗi từ 97,5% lên 99,8%",
                "phiên không gặp lỗi",
                "97.5 → 99.8 %",
                6,
                "97.5 98.0 98.4 98.8 99.1 99.3 99.5 99.6",
                {4: "Hết hẳn lỗi ở màn hình thanh toán.", 8: "Chỉ còn lỗi hiếm trên máy rất cũ."},
            ),
        ),
    ),
    SampleObjective(
        "yutongfirst",
        "yutong",
        "第一次打开的人，三分钟就能下好第一单",
        "第一单下得顺，第二单才会来。",
        Ambition.ASPIRATIONAL,
        "meirepeat",
        (
            SampleKeyResult(
                "yutongdone",
                "新用户首单完成率从 24% 提升到 40%",
                "新用户首单完成率",
                "24 → 40 %",
                5,
                "24 25 27 29 31 33 34 35",
                {4: "地址自动定位后，流失少了三分之一。", 8: "只剩付款页还有人退出来。"},
            ),
            SampleKeyResult(
                "yutongtime",
                "首单平均用时从 7 分钟缩短到 3 分钟",
                "首单平均用时",
                "7 → 3 分钟",
                5,
                "7 6.6 6.1 5.8 5.2 4.9 4.6 4.4",
                {5: "“照着菜谱一键买齐”很受欢迎。"},
            ),
        ),
    ),
    SampleObjective(
        "priyatrust",
        "priya",
        "Everybody decides with numbers they trust",
        "Three teams had three different numbers for last week's orders. All three were proud of theirs.",
        Ambition.COMMITTED,
        "meicomplain",
        (
            SampleKeyResult(
                "priyastock",
                "Wrong stock counts found per week from 40 to 10",
                "wrong stock counts found per week",
                "40 → 10",
                5,
                "40 38 33 30 27 22 19 17",
                {
                    3: "Hanoi counts at night now.",
                    6: "Most of what is left is fish.",
                    8: "Shanghai had its first week below ten.",
                },
            ),
            SampleKeyResult(
                "priyateams",
                "Teams that look at their own numbers every week from 1 to 4",
                "teams that look at their numbers every week",
                "1 → 4",
                6,
                "1 1 2 2 2 3 3 3",
                {6: "Vietnam does it on Monday mornings, over coffee."},
            ),
        ),
    ),
    SampleObjective(
        "jiefriends",
        "jie",
        "让更多家庭因为朋友推荐而来",
        "朋友一句“他家的菜真新鲜”，比十条广告管用。",
        Ambition.ASPIRATIONAL,
        "meiactive",
        (
            SampleKeyResult(
                "jieshare",
                "朋友推荐带来的新用户占比从 12% 提升到 30%",
                "朋友推荐带来的新用户占比",
                "12 → 30 %",
                4,
                "12 13 14 15 16 17 19 20",
                {3: "送朋友一把葱，比送优惠券更有人转。", 7: "越南的推荐码终于支持 Zalo。"},
            ),
            SampleKeyResult(
                "jiecost",
                "每位新用户的获客成本从 45 元降到 30 元",
                "每位新用户的获客成本",
                "45 → 30 元",
                5,
                "45 45 44 43 42 41 40 39",
                {6: "停掉两个渠道，量没掉。"},
            ),
        ),
    ),
    SampleObjective(
        "xinyicook",
        "xinyi",
        "厨房新手也爱看、看完就想做的菜谱",
        "会做饭的人越多，买菜的人就越多。",
        Ambition.ASPIRATIONAL,
        "*jiefriends",
        (
            SampleKeyResult(
                "xinyiwatch",
                "每周看完菜谱视频的人数从 3,000 增加到 12,000",
                "每周看完菜谱视频的人数",
                "3000 → 12000 人",
                5,
                "3100 3500 4400 5700 7000 8300 9500 10400",
                {4: "一分钟以内的视频，看完率翻倍。", 8: "河粉那条有两千人收藏。"},
            ),
            SampleKeyResult(
                "xinyiorder",
                "看完菜谱后下单的比例从 4% 提升到 9%",
                "看完菜谱后下单的比例",
                "4 → 9 %",
                4,
                "4 4.4 5.0 5.6 6.3 6.9 7.4 7.9",
                {5: "把“一键买齐”放到视频里，点的人多了。"},
            ),
        ),
    ),
    SampleObjective(
        "linhhome",
        "linh",
        "Người Hà Nội nghĩ đến Lantern mỗi khi nghĩ đến bữa cơm nhà",
        "Chợ gần nhà vẫn thắng vì cô bán rau nhớ tên mình. Ta cũng phải làm được như thế.",
        Ambition.ASPIRATIONAL,
        "meiactive",
        (
            SampleKeyResult(
                "linhtwice",
                "Gia đình mua từ 2 lần mỗi tuần từ 400 lên 1.500",
                "gia đình mua từ 2 lần mỗi tuần",
                "400 → 1500",
                5,
                "420 480 560 650 760 860 960 1050",
                {4: "Gói rau ba ngày bán rất chạy.", 8: "Tây Hồ đã kín chỗ, cần thêm điểm giao."},
            ),
            SampleKeyResult(
                "linhback",
                "Khách quay lại trong 7 ngày từ 22% lên 35%",
                "khách quay lại trong 7 ngày",
                "22 → 35 %",
                5,
                "22 23 24 26 27 28 29 30",
                {6: "Lời nhắn viết tay trong túi rau được khen nhiều."},
            ),
        ),
    ),
    SampleObjective(
        "minhfresh",
        "minh",
        "Rau về đến bếp còn tươi như vừa hái",
        "Rau héo thì giảm giá bao nhiêu khách cũng không quay lại.",
        Ambition.COMMITTED,
        "thomashour",
        (
            SampleKeyResult(
                "minhpoints",
                "Điểm giao hàng tại Hà Nội từ 6 lên 14",
                "điểm giao hàng tại Hà Nội",
                "6 → 14 điểm",
                5,
                "6 7 8 9 9? 9? 9? 9?",
                {
                    5: "Chủ nhà ở Cầu Giấy hẹn tuần sau ký.",
                    6: "Lại hẹn thêm một tuần.",
                    7: "Vẫn chưa ký; giá thuê ở Đống Đa vượt ngân sách.",
                    8: "Không đổi: cần người có quyền chốt giá thuê.",
                },
            ),
            SampleKeyResult(
                "minhbruise",
                "Đơn bị dập hoặc héo từ 6% giảm còn 2%",
                "đơn bị dập hoặc héo",
                "6 → 2 %",
                5,
                "6 5.6 5.1 4.8 4.4 4.1 3.8 3.5",
                {3: "Thùng giữ lạnh mới giúp nhiều.", 7: "Chỉ còn rau thơm là khó."},
            ),
        ),
    ),
)
