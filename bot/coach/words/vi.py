"""Vietnamese cues and examples. Everything is listed with accents; text typed without them is recognised all the same."""

from __future__ import annotations

from bot.coach.cues import Cues, cues, phrases
from bot.coach.words.lexicon import ANYWHERE, AS_WRITTEN, OPENING, Faults, Lexicon, Numbers, Role, Roles, Skip, Templates

DATE_LEADS = phrases("""
    trước, trong, vào, đến, tới, cuối, đầu, giữa, hết, cho đến, đến hết, đến cuối, vào cuối, trước cuối
""")

VIETNAMESE = Lexicon(
    lang="vi",
    spaced=True,
    long_words=38,  # syllables, which are written apart: about 25 words
    short_words=22,
    numbers=Numbers(
        decimal_comma=True,
        digits=Cues(
            {
                "0": ("không", "zero"),
                "1": ("một", "mốt"),
                "2": ("hai",),
                "3": ("ba",),
                "4": ("bốn", "tư"),
                "5": ("năm", "lăm", "nhăm"),
                "6": ("sáu",),
                "7": ("bảy", "bẩy"),
                "8": ("tám",),
                "9": ("chín",),
            }
        ),
        magnitudes=Cues(
            {
                "10": ("mười", "mươi", "chục"),
                "100": ("trăm",),
                "1000": ("nghìn", "ngàn", "k", "thousand"),
                "10000": ("万",),
                "1000000": ("triệu", "tr", "củ", "million"),
                "1000000000": ("tỷ", "tỉ", "billion"),
            }
        ),
        closes_at=1000,
        glued_magnitudes=Cues({"1000": ("ng", "n"), "1000000": ("m",), "1000000000": ("b",)}),
        lone=cues("mười", "muoi"),
        half=Cues({"share": ("một nửa",), "bare": ("nửa",)}),
        and_a_half=cues("rưỡi", "rưởi"),
        zero_between=cues("linh", "lẻ"),
        point=cues("phẩy", "chấm"),
        shortens_tail=True,
        never_alone=cues("một", "không", "năm", "tư", "mốt", "lăm", "nhăm"),
        never_first=cues(
            *phrases("""
                tu, tư, sau, nam, bay, khong, lam, lăm, tam, mốt, nhăm, nham
            """)
        ),
        never_answer=cues("không"),
        percent=Cues({"%": ("%", "phần trăm", "percent"), AS_WRITTEN: ("điểm phần trăm", "điểm %", "pp")}),
        units=Cues(
            {
                AS_WRITTEN: phrases("""
                    điểm, sao, người, khách, khách hàng, người dùng, đơn, đơn hàng, lần, bài, bài viết, cuộc, vụ,
                    sự cố, lỗi, sản phẩm, chiếc, cái, nhân viên, nhân sự, suất, căn, đội, nhóm, bộ, lượt, lượt tải,
                    lượt xem, hợp đồng, cửa hàng, chi nhánh, đối tác, hồ sơ, khiếu nại, cuộc gọi, buổi, khóa, lớp,
                    trường, tỉnh, thành phố, phòng, học viên, học sinh, tài khoản, thành viên, video, tin, mã, tấn,
                    kg, km, m2, ha, ms, leads, lead, users, user, deals, deal, tickets, ticket, ca, việc, dự án,
                    kỹ sư, ứng viên, bug, bugs, subscriber, subscribers, followers, follower, points, điểm nps,
                    công ty, doanh nghiệp, câu hỏi, phản hồi, đánh giá, giao dịch, hộ, xe, cây, trang, sự kiện, bước,
                    shop, lô, đề tài
                """),
                "VND": ("đ", "đồng", "vnđ", "vnd", "việt nam đồng"),
                "USD": ("đô", "đô la", "usd", "dollar"),
                "EUR": ("euro",),
                "CNY": ("nhân dân tệ", "tệ"),
            }
        ),
        minutes=Cues(
            {
                "0.0166667": ("giây", "s"),
                "1": ("phút", "min"),
                "60": ("giờ", "tiếng", "h", "giờ đồng hồ", "giờ làm việc", "hours", "hour"),
                "1440": ("ngày", "ngày làm việc", "days", "day", "hôm"),
                "10080": ("tuần", "weeks", "week"),
                "43200": ("tháng", "months", "month"),
                "129600": ("quý",),
                "525600": ("năm",),
            }
        ),
        multiples=Cues(
            {
                "2|x|up": ("gấp đôi", "tăng gấp đôi", "nhân đôi", "x2"),
                "3|x|up": ("gấp ba", "tăng gấp ba", "nhân ba", "x3"),
                "5|x|up": ("gấp năm", "x5"),
                "10|x|up": ("gấp mười", "x10"),
                "0||zero": ("về 0", "về không", "xóa sạch"),
                "50|%|down": phrases("""
                    giảm một nửa, giảm nửa, giảm phân nửa, giảm đi một nửa, bớt một nửa
                """),
            }
        ),
        out_of=cues("trên"),
        about_before=cues(
            *phrases("""
                khoảng, tầm, cỡ, chừng, gần, hơn, xấp xỉ, ước, ước chừng, độ, đâu đó, khoảng chừng, được, là, hiện,
                hiện tại, hiện nay, đang, đạt, vẫn, mới, mới được, chắc, chắc khoảng, ~, ≈, =, :, tổng, giờ là,
                bây giờ
            """)
        ),
        about_after=cues(
            *phrases("""
                thôi, rồi, ạ, nhé, nha, à, thôi ạ, rồi ạ, gì đó, đổ lại, ., !, chứ mấy, em nhé
            """),
            ",",
        ),
    ),
    roles=Roles(
        before=Cues(
            {
                Role.FROM: ("từ", "từ mức", "từ khoảng", "from"),
                Role.TO: phrases("""
                    lên, lên đến, lên tới, lên mức, xuống, xuống còn, xuống mức, còn, chỉ còn, đến, tới, thành, sang,
                    →, đạt, đạt mức, đạt được, đạt tới, đạt đến, ở mức, về, về mức, chạm, chạm mốc, cán mốc, đạt mốc,
                    to, mốc, lên được, bằng
                """),
                Role.AT_LEAST: phrases("""
                    ít nhất, tối thiểu, trên, hơn, nhiều hơn, lớn hơn, cao hơn, không dưới, không ít hơn, vượt,
                    vượt mốc, >, ≥, từ ít nhất, lớn hơn hoặc bằng, không thấp hơn, vượt mức, vượt qua
                """),
                Role.AT_MOST: phrases("""
                    dưới, không quá, tối đa, ít hơn, nhỏ hơn, thấp hơn, không vượt quá, không hơn, nhiều nhất, <, ≤,
                    xuống dưới, nhanh hơn, nhỏ hơn hoặc bằng, không cao hơn, chậm nhất
                """),
                Role.BY: ("thêm", "gấp", "được thêm", "thêm được", "lên thêm"),
                Role.NOW: phrases("""
                    hiện tại, hiện nay, hiện, hiện đang, hiện là, hiện có, bây giờ, đang, đang ở, đang là, đang ở mức,
                    baseline, ban đầu, so với, quý trước, năm ngoái, currently, lúc này, giờ là, tháng trước,
                    xuất phát, thay vì, trước đây, mức hiện tại, so với mức, current, hiện ở mức, giá trị hiện tại,
                    khởi điểm
                """),
                Role.AIM: ("mục tiêu", "target", "đích", "chỉ tiêu"),
                Role.WINDOW: phrases("""
                    trong vòng, trong, sau, mỗi, trong tối đa, trong không quá, trong dưới, suốt, trong suốt, kéo dài,
                    liên tục, trong khoảng, chưa đầy, trước, cứ sau, của, đầu tiên, hết, trong ít nhất
                """),
                Role.SCOPE: phrases("""
                    cả, toàn bộ, tất cả, trong số, tại, ở, trên cả, trên toàn bộ, cho cả, của cả, !cho, với
                """),
                Role.OUT_OF: ("cứ", "trong", "mỗi", "trong mỗi", "trong cứ"),
                Role.SCALE: phrases("""
                    (trên, trên thang, trên thang điểm, thang điểm, (thang điểm
                """),
                Role.UP: phrases("""
                    tăng, nâng, tăng trưởng, gia tăng, nâng cao, cải thiện, mở rộng, cao hơn, tăng được, tăng khoảng
                """),
                Role.DOWN: phrases("""
                    giảm, hạ, cắt giảm, rút ngắn, cắt, giảm được, giảm khoảng, bớt, tiết kiệm, giảm thiểu
                """),
                Role.KEEP: phrases("""
                    duy trì, giữ, giữ vững, giữ ở mức, duy trì ở mức, giữ mức, duy trì mức
                """),
                Role.REACH: ("có",),
                Role.PERIOD: ("mỗi tháng", "mỗi tuần", "mỗi ngày", "mỗi quý", "mỗi năm"),
                Role.FILLER: phrases("""
                    là, đang, ở, :, khoảng, tầm, ~, ≈, chỉ, =, được, mức, cỡ, xấp xỉ, gần, đi, hoặc bằng, thì
                """),
            }
        ),
        after=Cues(
            {
                Role.AT_LEAST: ("trở lên", "hoặc hơn", "hoặc cao hơn", "hoặc nhiều hơn"),
                Role.AT_MOST: ("trở xuống", "hoặc ít hơn", "hoặc thấp hơn", "đổ lại", "đổ xuống"),
                Role.NOW: phrases("""
                    hiện nay, hiện tại, hiện giờ, bây giờ, như hiện nay, lúc này
                """),
                Role.DOWN: ("nhanh hơn", "thấp hơn", "rẻ hơn"),
                Role.UP: ("cao hơn", "nhiều hơn"),
                Role.FILLER: ("so với",),
            }
        ),
        verbs=Cues(
            {
                Role.UP: phrases("""
                    tăng, nâng, nâng cao, cải thiện, đẩy, mở rộng, tăng trưởng, gia tăng, thúc đẩy, nâng tầm,
                    tăng cường, đẩy mạnh, nâng cấp, phát triển, increase, tối ưu, tối ưu hóa, tăng tốc, đưa, kéo
                """),
                Role.DOWN: phrases("""
                    giảm, !hạ, cắt giảm, rút ngắn, cắt, thu hẹp, giảm thiểu, hạn chế, tiết kiệm, reduce
                """),
                Role.KEEP: ("duy trì", "giữ", "giữ vững", "bảo đảm", "tiếp tục"),
                Role.REACH: phrases("""
                    đạt, đạt được, có, thu hút, ký, ký được, ký mới, bán được, tạo ra, tạo, mang về, thu về, chạm,
                    cán mốc, có được, chốt, chốt được, tiếp cận, giải quyết, xử lý, đảm bảo, hoàn thành, kiếm,
                    tìm được, có thêm, thêm
                """),
            }
        ),
        inner_verbs=cues(
            *phrases("""
                giúp tăng, giúp giảm, giúp nâng, để tăng, để giảm, để nâng, nhờ đó, nhằm tăng, nhằm giảm, làm tăng,
                làm giảm, để
            """)
        ),
        skips=Cues(
            {
                Skip.DATE: (
                    *phrases("""
                        q1, q1/@, q1 @, h1, quý #, quý i, quý ii, quý iii, quý iv, quý này, quý sau, quý tới, quý #/@,
                        quý # năm @, quý iv/@, quý iii/@, quý ii/@, quý i/@, tháng này, tháng sau, tháng tới, năm nay,
                        năm sau, năm tới, năm @, cuối năm, cuối quý, cuối tháng, đầu năm, đầu quý, đầu tháng,
                        giữa quý, tuần này, tuần sau, tuần tới, hết quý, hết năm, hết tháng, tháng #, tháng #/@,
                        tháng # năm @, ngày #/#, ngày #/#/@, ngày # tháng #, ngày # tháng # năm @, #/#/@, #/@, (@),
                        #-#-#, @-@, tuần #, ngày mai, tết, trước tết, !thứ hai, !thứ ba, !thứ tư, !thứ năm, !thứ sáu,
                        !thứ bảy, sáu tháng đầu năm, sáu tháng cuối năm, nửa đầu năm, nửa cuối năm, 6 tháng đầu năm,
                        6 tháng cuối năm
                    """),
                    *(
                        f"{lead} {date}"
                        for lead in ("trước", "đến", "tới", "hết", "vào", "ngày", "trước ngày", "đến ngày", "từ ngày", "cuối")
                        for date in ("#/#", "#/#/#")
                    ),
                    *(f"{lead} @" for lead in ("năm", "trước", "trong", "đến", "cuối", "đầu", "hết", "so với", "từ", "tới")),
                ),
                Skip.ORDINAL: phrases("""
                    top #, top-#, số 1, số một, hạng #, !thứ #, thứ nhất, thứ nhì, phiên bản #, giai đoạn #, đợt #,
                    cấp #, bậc #, lần thứ #, lần thứ hai, lần thứ ba, version #, phase #, iso #, 24/7, 24/24, khóa #,
                    web #, điều #, một số, mỗi ngày một, ba mẹ, hai bên, ngày một, mười phân vẹn mười
                """),
            }
        ),
        date_leads=cues(*DATE_LEADS, "(", "từ", "kể từ", "ngay", "của"),
        date_tails=cues("năm @", "này", "@", ")"),
        trim_before=cues(
            *phrases("""
                vì, sẽ, của, về, cho, và, là, thì, chúng ta, chúng tôi, phải, cần, được, có, các, những, để, với,
                rằng, hãy, đưa, làm, để cho, ở, cả, -, *, •, ·, mục tiêu là, muốn, em, tôi, mình, thêm, việc, /
            """)
        ),
        trim_after=cues(
            *phrases("""
                từ, lên, xuống, là, của, !cho, với, và, ở, đang, được, có, sẽ, đạt, tăng, giảm, -, =, để, phải, còn,
                đến, tới, thêm, trong, một cách, mức, gấp, thì, trong vòng, tối thiểu, (, ít nhất, mỗi, đạt được,
                tăng lên, giảm xuống, ngày càng, bằng, cao hơn, hơn
            """)
        ),
        compounds=Cues({}),
        level=cues("uptime", "độ sẵn sàng", "sla", "tỷ lệ sẵn sàng", "tuân thủ"),
        lower_is_better=cues(
            *phrases("""
                churn, chi phí, lỗi, khiếu nại, tỷ lệ nghỉ việc, tỉ lệ nghỉ việc, thời gian chờ, thời gian xử lý,
                thời gian phản hồi, sự cố, tồn kho, hàng tồn, phàn nàn, cac, cpa, tỷ lệ rời bỏ, tỉ lệ rời bỏ, tai nạn,
                tỷ lệ hủy, tỷ lệ hoàn, thời gian giao, nợ xấu, hao hụt, trễ, độ trễ, tỷ lệ thoát, tỷ lệ lỗi,
                thời gian tải, downtime, thất thoát, thời gian trả lời
            """)
        ),
    ),
    faults=Faults(
        wish_links=cues("vì", "cho", "về", "trong", "với", "ở"),
        wish=Cues(
            {
                ANYWHERE: phrases("""
                    cố gắng, cố gắng hết sức, nỗ lực hết mình, nỗ lực hết sức, phấn đấu, hết sức, cố gắng tối đa,
                    nỗ lực tối đa, mong sao, ước gì, hết khả năng, cố hết sức, càng nhiều càng tốt, tốt nhất có thể,
                    nhanh nhất có thể, nhiều nhất có thể, làm việc chăm chỉ, gắng sức, bằng mọi giá, cố gắng nỗ lực,
                    nhiều hết mức có thể
                """),
                OPENING: phrases("""
                    nỗ lực, hết mình, hết lòng, mong muốn, mong, hy vọng, hi vọng, ước mong, quyết tâm, chăm chỉ, !cố,
                    !cố lên, ráng, tối đa
                """),
            }
        ),
        vague=cues(
            *phrases("""
                cải thiện, nâng cao, tốt hơn, hiệu quả hơn, tối ưu, tối ưu hóa, nâng tầm, tăng cường, đẩy mạnh,
                hài lòng hơn, nhanh hơn, dễ hơn, dễ dàng hơn, chuyên nghiệp hơn, hoàn thiện, củng cố, nâng cấp,
                đổi mới, mạnh hơn, thúc đẩy, hỗ trợ, chú trọng, phát huy, vui hơn, gắn kết hơn, đoàn kết hơn,
                phát triển, hạnh phúc hơn, thân thiện hơn, dễ dùng, dễ sử dụng, quan tâm hơn, chất lượng hơn,
                hợp lý hơn, ổn định hơn, mượt hơn, chủ động hơn, giỏi hơn, tích cực hơn, hài lòng, vui vẻ
            """)
        ),
        task=cues(
            *phrases("""
                ra mắt, xây dựng, viết, tổ chức, tuyển, tuyển dụng, hoàn thành, triển khai, phát hành, xuất bản,
                đào tạo, thiết kế, lập, soạn, soạn thảo, làm, chạy, thực hiện, tạo, họp, ban hành, cài đặt,
                nghiên cứu, khảo sát, mua, chuẩn bị, lên kế hoạch, lập kế hoạch, gửi, !đăng, thi công, bàn giao,
                nâng cấp hệ thống, chuyển đổi, sản xuất, mở, kiểm tra, rà soát, hoàn tất, hoàn thiện, cập nhật,
                biên soạn, khai trương, xây, launch, tiến hành, phỏng vấn, thử nghiệm, gọi điện, gọi, thu thập
            """)
        ),
        not_a_task=cues(
            *phrases("""
                suất, trình, đồng, nam, vụ, kỷ lục, tinh gọn, học tập, hạnh phúc, độ
            """)
        ),
        recurring=cues(
            *phrases("""
                duy trì, giữ, giữ vững, đúng hạn, thường xuyên, tiếp tục, hằng ngày, hàng ngày, hàng tuần, hằng tuần,
                mỗi ngày, mỗi tuần, mỗi sáng, như mọi khi, định kỳ, như thường lệ, giao ban, hàng tháng, hằng tháng,
                đều đặn, bình thường
            """)
        ),
        purpose=cues(
            *phrases("""
                để, nhằm, giúp, sao cho, qua đó, từ đó, khiến, nhờ đó, góp phần, để cho
            """)
        ),
        ability=cues("có thể", "tự làm được", "tự mình"),
        milestone=cues(
            *phrases("""
                đạt chứng nhận, đạt chứng chỉ, lấy chứng chỉ, lấy được, đạt giải, trở thành, được cấp, được công nhận,
                có lãi, hòa vốn, đỗ, vượt qua vòng, gọi vốn thành công, được chứng nhận, lọt vào, vào top, giành,
                giành được, đoạt
            """)
        ),
        join=cues("và", ",", ";", "&", "đồng thời", "cùng với", "cũng như", "+"),
        vanity=cues(
            *phrases("""
                lượt tải, lượt xem, follow, followers, follower, lượt thích, lượt theo dõi, người theo dõi, like,
                likes, lượt truy cập, lượt hiển thị, lượt tiếp cận, tải về, view, views, stars, fan, lượt like,
                lượt cài đặt
            """)
        ),
        quality=cues(
            *phrases("""
                quay lại, hoạt động, trả phí, mua, mua hàng, giữ chân, chuyển đổi, đăng ký, thanh toán, còn dùng,
                trung thành, đặt hàng, trong đó, tương tác
            """)
        ),
        perfection=cues("hài lòng", "khiếu nại", "lỗi", "phàn nàn", "csat", "hạnh phúc"),
        objective_task=cues(
            *phrases("""
                phát hành, viết, xuất bản, tuyển, tuyển dụng, tổ chức, triển khai, hoàn thành, lập, soạn, soạn thảo,
                cài đặt, nghiên cứu, khảo sát, ban hành, !đăng, họp, cập nhật, rà soát, bàn giao, hoàn tất,
                ra mắt phiên bản, ra mắt website, ra mắt tính năng, thực hiện, làm báo cáo, lên kế hoạch,
                lập kế hoạch, tìm hiểu, ra mắt app, ra mắt ứng dụng
            """)
        ),
        objective_recurring=cues(
            *phrases("""
                duy trì hoạt động, duy trì, vận hành bình thường, như mọi khi, như thường lệ, công việc hằng ngày,
                công việc hàng ngày, làm tốt công việc, làm tốt nhiệm vụ, hoàn thành nhiệm vụ,
                hoàn thành nhiệm vụ được giao, hoàn thành công việc, tiếp tục vận hành, giữ cho công ty,
                hoạt động ổn định, hoạt động bình thường, tiếp tục công việc, giữ nguyên, đúng nhiệm vụ
            """)
        ),
        objective_vague=cues(
            *phrases("""
                tốt hơn, hiệu quả hơn, nhiều hơn, tốt, hiệu quả, cải thiện, giỏi hơn, chăm hơn, năng suất hơn,
                hay hơn, chuyên nghiệp hơn
            """)
        ),
        light=cues(
            *phrases("""
                làm, việc, làm việc, công việc, có, được, là, đội, nhóm, mình, ta, chúng ta, chúng tôi, sẽ, phải,
                một cách, nữa, hơn, hơn nữa, trở, nên, trở nên, kiếm, tiền, và, cho, hoạt động, team, công ty, mọi,
                thứ, mọi thứ, ngày càng, thật
            """)
        ),
        praise_words=cues(
            *phrases("""
                xuất sắc, hàng đầu, yêu, yêu thích, tự hào, đẳng cấp, thành công, vượt trội, dẫn đầu, tuyệt vời, mê,
                được yêu, tin yêu, tin, tin cậy, khó quên, mà, chuyển đổi số, lột xác
            """)
        ),
        negative=cues("ngừng", "đừng", "dừng", "tránh", "thôi không"),
        theme=cues(
            *phrases("""
                doanh thu, doanh số, chất lượng, văn hóa, thương hiệu, tăng trưởng, marketing, bán hàng, nhân sự,
                tuyển dụng, dịch vụ, bảo mật, hiệu suất, năng suất, khách hàng, trải nghiệm, đào tạo, truyền thông,
                lợi nhuận, chuyển đổi số, đổi mới, sáng tạo, vận hành, sản phẩm, công nghệ, quy trình, sự hài lòng,
                chăm sóc khách hàng, trải nghiệm khách hàng, văn hóa doanh nghiệp, kinh doanh, phát triển bền vững,
                an toàn lao động, chất lượng dịch vụ, chất lượng sản phẩm, phát triển con người, hiệu quả, kỷ luật
            """)
        ),
        other_verbs=cues(
            *phrases("""
                là, trở thành, yêu, làm, tạo, xây dựng, đưa, khiến, giúp, mang, có, được, biến, chinh phục, dẫn đầu,
                thắng, tin, muốn, tự hào, ra mắt, vào, đến, thành, đi, vươn, giữ, thay đổi, lan tỏa, phục vụ, tìm,
                nghĩ, cảm thấy, bứt phá
            """)
        ),
        faster=cues("nhanh hơn", "nhanh chóng hơn", "mau hơn", "sớm hơn"),
        satisfied=cues(
            *phrases("""
                hài lòng, hài lòng hơn, sự hài lòng, vui, vui hơn, hạnh phúc, hạnh phúc hơn
            """)
        ),
        someone=Cues(
            {
                "khách hàng": ("khách hàng", "khách"),
                "người dùng": ("người dùng", "user", "users"),
                "nhân viên": ("nhân viên", "anh em", "nhân sự"),
                "đối tác": ("đối tác",),
                "học viên": ("học viên",),
                "bệnh nhân": ("bệnh nhân",),
                "đội ngũ": ("đội ngũ",),
                "phụ huynh": ("phụ huynh",),
            }
        ),
    ),
    templates=Templates(
        rise="{verb} {metric} từ __ lên __",
        fall="{verb} {metric} từ __ xuống __",
        rise_verb="Nâng",
        fall_verb="Giảm",
        statement="{text}: __ từ __ lên __",
        task="{text}, nhờ đó __ tăng từ __ lên __",
        currently="{text} (hiện tại __)",
        purpose="{text} để __",
        theme="Nâng tầm {text} để __",
        vanity="{text}, trong đó __% là người quay lại",
        duration="Rút ngắn thời gian {text} từ __ xuống __",
        satisfaction="Nâng mức hài lòng của {who} từ __ lên __",
        anyone="khách hàng",
        own_verbs=cues("tăng", "nâng", "giảm", "hạ", "cắt giảm", "rút ngắn"),
        measure_words_lead=True,
        measure_words=(
            ("hài lòng", "mức hài lòng"),
            ("sự hài lòng", "mức hài lòng"),
            ("nhận biết", "mức độ nhận biết"),
            ("gắn kết", "mức độ gắn kết"),
            ("tin tưởng", "mức độ tin tưởng"),
            ("trung thành", "mức độ trung thành"),
            ("hiệu quả", "mức hiệu quả"),
            ("chất lượng", "điểm chất lượng"),
            ("quy trình", "tốc độ quy trình"),
            ("trải nghiệm", "điểm trải nghiệm"),
        ),
    ),
)
