"""Writing an objective: the whole way, what the coach says on it, what is understood of numbers, and the bigger objective it serves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from adapters.stories.play import NOW
from adapters.stories.spoken import BACK, CHANGE, ENOUGH, HELP, HOME, MINE, MORE, NEW, RIGHT, SKIP
from adapters.stories.story import Meanwhile, Opens, Picks, Presses, Recalls, Says, Sends, Step, Story, Submits, Waits, Words
from bot.okr.cycle import CycleId
from bot.okr.measure import Measure
from bot.okr.objective import Ambition, KeyResult, KeyResultId, Objective, ObjectiveId, ObjectiveState
from bot.okr.people import PersonId, TeamId
from bot.ports import Change, PutObjective, Reading

TITLE: Words = ("Customers love buying from us", "Khách hàng yêu thích mua sắm ở Lantern", "客户爱上在我们这里买菜")
WHY: Words = (
    "A happy family tells three neighbours.",
    "Một gia đình hài lòng sẽ kể cho ba nhà hàng xóm.",
    "一家满意，会告诉三家邻居。",
)
NPS: Words = ("NPS from 30 to 50", "NPS từ 30 lên 50", "NPS从30提升到50")
ORDERS: Words = (
    "Weekly orders from 1200 to 2000",
    "Đơn hàng mỗi tuần từ 1200 lên 2000",
    "每周订单从1200单增加到2000单",
)
AN = PersonId("an")
HALF = Measure("NPS", Decimal(50), Decimal(30))


def _drafts(count: int) -> Meanwhile:
    """An has begun so many others."""

    async def written(reading: Reading) -> Sequence[Change]:
        cycle = await reading.cycle_on(NOW.date())
        return [PutObjective(_draft(number, cycle.id if cycle else CycleId(""))) for number in range(1, count + 1)]

    return Meanwhile(f"An has written {count} drafts", written)


def _draft(number: int, cycle_id: CycleId) -> Objective:
    return Objective(
        ObjectiveId(f"draft{number}"),
        AN,
        TeamId("growth"),
        cycle_id,
        f"Lantern {number}",
        "",
        Ambition.COMMITTED,
        ObjectiveState.DRAFT,
        NOW - timedelta(days=10, hours=-number),
        (KeyResult(KeyResultId(f"draft{number}kr"), "NPS 30 → 50", HALF),),
    )


def gives_up(objective_id: str) -> Meanwhile:
    """An objective is given up."""

    async def given_up(reading: Reading) -> Sequence[Change]:
        objective = await reading.objective(ObjectiveId(objective_id))
        if objective is None:
            return ()
        return (PutObjective(replace(objective, state=ObjectiveState.DEAD, version=objective.version + 1), objective.version),)

    return Meanwhile(f"{objective_id} is given up", given_up)


def up_to_key_results(ambition: str, serves: str = "none") -> tuple[Step, ...]:
    """Everything before the first key result."""
    return (NEW, Says(TITLE), SKIP, Picks(serves), Picks(ambition))


def coached(*sentences: Words) -> tuple[Step, ...]:
    """Each typed, answered by the coach and taken back."""
    return tuple(step for sentence in sentences for step in (Says(sentence), BACK))


OBJECTIVES: tuple[Words, ...] = (
    ("We will try our best for our customers", "Cố gắng hết sức vì khách hàng", "尽力为客户做到最好"),
    ("Do better work", "Làm việc tốt hơn", "把工作做得更好"),
    ("Publish a cookbook", "Xuất bản sổ tay nấu ăn", "发布一本菜谱"),
    ("Raise revenue by 20 %", "Tăng doanh thu 20%", "营收增长20%"),
    ("Keep the shop running smoothly as usual", "Duy trì cửa hàng hoạt động bình thường như mọi khi", "做好日常工作"),
    ("Stop losing customers after the first order", "Đừng để mất khách sau đơn đầu tiên", "避免客户下完第一单就流失"),
    ("Customer experience", "Trải nghiệm khách hàng", "客户体验"),
    (
        "Everybody who buys vegetables from us feels that we know their family, their kitchen, their taste and their hurry, and "
        "tells the neighbours about it every single week",
        "Ai mua rau của chúng ta cũng thấy chúng ta hiểu gia đình họ, căn bếp của họ, khẩu vị của họ và cả những hôm họ vội vàng, "
        "rồi vui vẻ kể lại chuyện đó cho hàng xóm nghe",
        "每一个在我们这里买菜的人都觉得我们懂他的家人、懂他的厨房、懂他的口味也懂他的匆忙，并且愿意把这份安心讲给楼上楼下的邻居听",
    ),
)
GAP: Words = (
    "every order feels like shopping with a friend",
    "mỗi lần mua hàng đều như đi chợ cùng một người bạn",
    "每次下单都像和朋友一起买菜",
)
KEY_RESULTS: tuple[Words, ...] = (
    ("Try our best to make customers happy", "Cố gắng hết sức để khách hàng hài lòng", "尽力让客户满意"),
    ("Improve customer satisfaction", "Nâng cao sự hài lòng của khách hàng", "提升客户满意度"),
    ("Launch the loyalty programme", "Ra mắt chương trình khách hàng thân thiết", "上线会员计划"),
    ("Customers recommend us to their friends", "Khách hàng giới thiệu chúng ta với bạn bè", "客户把我们推荐给朋友"),
    (
        "Raise NPS from 30 to 50 and cut complaints from 12 to 5",
        "Tăng NPS từ 30 lên 50 và giảm khiếu nại từ 12 xuống 5",
        "NPS从30提升到50，并且投诉从12件降到5件",
    ),
    (
        "Keep deliveries in time above 95 % (currently 96 %)",
        "Duy trì tỷ lệ giao đúng hẹn trên 95% (hiện tại 96%)",
        "准时送达率保持在95%以上（目前96%）",
    ),
    ("Raise customer satisfaction to 100 %", "Nâng mức hài lòng của khách hàng lên 100%", "客户满意度达到100%"),
    ("Reach 10,000 downloads", "Đạt 10.000 lượt tải", "下载量达到10000次"),
    (
        "Raise the share of families in Hanoi that come back to us within seven days of their very first order and then keep ordering "
        "every week from 22 % to 35 %",
        "Nâng tỷ lệ gia đình ở Hà Nội quay lại mua hàng của chúng ta trong vòng bảy ngày kể từ đơn hàng đầu tiên rồi tiếp tục đặt hàng "
        "mỗi tuần từ 22% lên 35%",
        "把河内家庭在第一次下单之后的七天之内再次回到我们这里购买并且愿意继续每周下单的比例从22%提升到35%",
    ),
)
REVENUE: Words = ("Revenue from 12 to 15 million", "Doanh thu từ 12 lên 15 tỷ", "营收从1200万提升到1500万")
PROFIT: Words = ("Profit margin from 8% to 12%", "Biên lợi nhuận từ 8% lên 12%", "毛利率从8%提升到12%")
NPS_AGAIN: Words = ("NPS from 40 to 60", "NPS từ 40 lên 60", "NPS从40提升到60")
COMPLAINTS: Words = ("Complaints a week from 12 to 5", "Số khiếu nại mỗi tuần từ 12 xuống 5", "每周投诉从12件降到5件")
REPLIES: Words = (
    "Customers answered within an hour from 60% to 90%",
    "Tỷ lệ khách được trả lời trong một giờ từ 60% lên 90%",
    "一小时内得到回复的客户占比从60%提升到90%",
)
ACCURATE: Words = ("Đơn hàng có giá vốn chính xác từ 70% lên 98%",) * 3
"""What Hương already had the quarter before, in her own words."""


def _agreed(sentence: Words) -> tuple[Step, ...]:
    """A key result understood at once, without a word on how sure one is."""
    return (Says(sentence), RIGHT, SKIP)


STORIES = (
    Story(
        "write_objective",
        "The first objective",
        "an",
        (
            Opens(),
            Presses("new"),
            HELP,
            Says("OK"),
            Says(OBJECTIVES[0]),
            Says(TITLE),
            Says(WHY),
            Says(("weather", "thời tiết", "天气")),
            Says("NPS"),
            Picks("k-meinps"),
            Picks("aspirational"),
            Says(KEY_RESULTS[1]),
            Picks("use"),
            Submits(("30", "50")),
            RIGHT,
            Says(("quite sure", "khá chắc", "挺有把握")),
            Says("11"),
            Says("7.5"),
            Says("9"),
            Picks("raise"),
            Says("60"),
            MORE,
            Says(ORDERS),
            Picks("unit"),
            Says(("orders", "đơn", "单")),
            RIGHT,
            Picks("c5"),
            ENOUGH,
            CHANGE,
            Picks("~keep"),
            Picks("publish"),
            Presses("objective"),
            MINE,
        ),
    ),
    Story(
        "write_objective",
        "What the coach says about objectives",
        "an",
        (NEW, *coached(*OBJECTIVES), Says(OBJECTIVES[2]), Says(OBJECTIVES[6]), Picks("keep"), BACK, Picks("use"), Says(GAP)),
    ),
    Story(
        "write_objective",
        "What the coach says about key results",
        "an",
        (
            *up_to_key_results("committed"),
            *coached(*KEY_RESULTS),
            Says(KEY_RESULTS[3]),
            Recalls("an offer of last year"),
            Picks("keep"),
            BACK,
            BACK,
            Says(KEY_RESULTS[2]),
            Picks("use"),
            Says(("repeat orders", "đơn hàng lặp lại", "复购订单")),
        ),
    ),
    Story(
        "write_objective",
        "Correcting what was understood",
        "an",
        (
            *up_to_key_results("committed"),
            Says(NPS),
            Picks("metric"),
            Says(("Joy of our customers", "Niềm vui của khách hàng", "客户的喜悦")),
            Picks("baseline"),
            Says("50"),
            Picks("direction"),
            Picks("decrease"),
            Picks("baseline"),
            Says(("no idea", "không biết", "不知道")),
            Picks("target"),
            Says("60"),
            Picks("baseline"),
            Says("30"),
            Picks("direction"),
            Picks("decrease"),
            Picks("unit"),
            Picks("percent"),
            Picks("direction"),
            Picks("keep_above"),
            Picks("direction"),
            Picks("keep_below"),
            Picks("direction"),
            Picks("milestone"),
            Picks("direction"),
            Picks("increase"),
            RIGHT,
            SKIP,
            ENOUGH,
            Picks("draft"),
            HOME,
        ),
    ),
    Story(
        "write_objective",
        "Numbers a sentence leaves out",
        "an",
        (
            *up_to_key_results("aspirational"),
            Says(KEY_RESULTS[2]),
            Picks("keep"),
            RIGHT,
            Says("9"),
            MORE,
            Says(KEY_RESULTS[3]),
            Picks("keep"),
            Picks("milestone"),
            BACK,
            Picks("number"),
            Submits((("a lot", "nhiều lắm", "很多"), "4")),
            Says("2"),
            RIGHT,
            Says("9"),
            Picks("keep"),
            MORE,
            Says(("Increase repeat orders by 20 %", "Tăng 20% đơn hàng lặp lại", "复购订单增加20%")),
            Picks("unknown"),
            RIGHT,
            SKIP,
            MORE,
            Says(("Keep complaints below 5 a week", "Giữ khiếu nại dưới 5 vụ mỗi tuần", "每周投诉不超过5件")),
            RIGHT,
            SKIP,
            MORE,
            Says(NPS),
            RIGHT,
            SKIP,
            MORE,
            Says(ORDERS),
            RIGHT,
            SKIP,
            Picks("publish"),
            Presses("objective"),
        ),
    ),
    Story(
        "write_objective",
        "What it serves is given up meanwhile",
        "an",
        (
            *up_to_key_results("committed", "k-jieshare"),
            Says(NPS),
            RIGHT,
            SKIP,
            ENOUGH,
            gives_up("jiefriends"),
            Picks("publish"),
            Picks("none"),
            Picks("publish"),
        ),
    ),
    Story(
        "write_objective",
        "A new quarter, with nothing to serve yet",
        "an",
        (Waits(timedelta(days=35)), HOME, NEW, Says(TITLE), SKIP, Says("NPS")),
    ),
    Story(
        "write_objective",
        "A whole new sentence where a tap was asked for, and a dream brought nearer",
        "an",
        (
            *up_to_key_results("committed"),
            Says(NPS),
            Says(("hm, let me think", "để tôi nghĩ đã", "让我想想")),
            Says("55"),
            Says(ORDERS),
            RIGHT,
            Says("1"),
            Picks("lower"),
            Says("1500"),
        ),
    ),
    Story(
        "write_objective",
        "A set that shows only at the end and speaks of something else",
        "an",
        (*up_to_key_results("committed"), *_agreed(REVENUE), MORE, *_agreed(PROFIT), ENOUGH),
    ),
    Story(
        "write_objective",
        "A set that counts the same thing twice",
        "an",
        (*up_to_key_results("committed"), *_agreed(NPS), MORE, *_agreed(NPS_AGAIN), ENOUGH),
    ),
    Story(
        "write_objective",
        "More than one can carry",
        "an",
        (
            _drafts(5),
            NEW,
            Picks("anyway"),
            Says(TITLE),
            SKIP,
            Picks("none"),
            Picks("committed"),
            *_agreed(COMPLAINTS),
            MORE,
            *_agreed(REPLIES),
            ENOUGH,
        ),
    ),
    Story(
        "write_objective",
        "The same as last quarter",
        "huong",
        (Waits(timedelta(days=35)), *up_to_key_results("committed"), *_agreed(ACCURATE), ENOUGH),
    ),
    Story("write_objective", "A fourth objective", "an", (_drafts(3), HOME, NEW, Sends("d.history.draft1"))),
    Story("write_objective", "A sixth objective", "an", (_drafts(5), NEW, Picks("rather_not"), NEW, Picks("anyway"))),
)
