"""English cues and examples."""

from __future__ import annotations

from bot.coach.cues import Cues, cues, phrases
from bot.coach.words.lexicon import ANYWHERE, AS_WRITTEN, OPENING, Faults, Lexicon, Numbers, Role, Roles, Skip, Templates

MONTHS = (
    "january february april june july august september october november december jan feb apr jun jul aug sep sept oct nov dec"
).split()
AMBIGUOUS_MONTHS = ["march", "may", "mar"]
"""Also other words, and months only with a preposition or a day."""
PERIODS = phrases("""
    quarter, month, year, half, half-year, week, cycle, semester, sprint
""")

ENGLISH = Lexicon(
    lang="en",
    spaced=True,
    long_words=25,
    short_words=15,
    numbers=Numbers(
        decimal_comma=False,
        digits=Cues(
            {
                str(value): (word,)
                for value, word in enumerate(
                    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
                    "seventeen eighteen nineteen".split()
                )
            }
            | {
                str(value * 10): (word,)
                for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
            }
        ),
        magnitudes=Cues(
            {
                "12": ("dozen",),
                "100": ("hundred",),
                "1000": ("thousand", "grand", "k"),
                "10000": ("万",),
                "1000000": ("million", "millions", "mn", "mio"),
                "100000000": ("亿",),
                "1000000000": ("billion", "bn"),
                "1000000000000": ("trillion",),
            }
        ),
        closes_at=1000,
        glued_magnitudes=Cues({"1000000": ("m", "mm"), "1000000000": ("b",)}),
        lone=cues("hundred", "thousand", "million", "billion", "dozen"),
        half=Cues({"share": ("half of", "half the", "half our", "half of the"), "bare": ("half", "half a", "a half", "half an")}),
        and_a_half=cues("and a half"),
        zero_between=cues("and"),
        point=cues("point"),
        shortens_tail=False,
        never_alone=cues("one", "thousand", "million", "hundred", "billion", "dozen"),
        never_first=Cues({}),
        never_answer=Cues({}),
        percent=Cues(
            {
                "%": ("%", "percent", "per cent", "pct"),
                AS_WRITTEN: phrases("""
                    percentage points, percentage point, % points, pp, ppt, ppts, percent points
                """),
            }
        ),
        units=Cues(
            {
                AS_WRITTEN: (
                    "point points pt pts star stars user users customer customers client clients lead leads deal deals people person "
                    "persons employee employees ticket tickets call calls order orders download downloads visit visits visitor "
                    "visitors session sessions bug bugs incident incidents post posts article articles subscriber subscribers "
                    "follower followers member members partner partners times time km kg ms mb gb tb seat seats licence licences "
                    "license licenses meeting meetings event events company companies account accounts store stores shop shops "
                    "city cities country countries signups installs views demos interviews reviews referrals complaints errors "
                    "defects units items steps clicks teams students tests jobs hires contracts opportunities mqls sqls"
                ).split(),
                "USD": ("dollar", "dollars", "us dollars"),
                "EUR": ("euro", "euros"),
                "GBP": ("pounds",),
                "VND": ("dong",),
                "CNY": ("yuan",),
            }
        ),
        minutes=Cues(
            {
                "0.0166667": ("second", "seconds", "sec", "secs", "s"),
                "1": ("minute", "minutes", "min", "mins"),
                "60": ("hour", "hours", "hr", "hrs", "h"),
                "1440": ("day", "days", "d", "working days", "business days"),
                "10080": ("week", "weeks", "wk", "wks"),
                "43200": ("month", "months", "mo"),
                "129600": ("quarter", "quarters"),
                "525600": ("year", "years", "yr", "yrs"),
            }
        ),
        multiples=Cues(
            {
                "2|x|up": ("double", "doubles", "doubling", "doubled", "twice", "twofold"),
                "3|x|up": ("triple", "triples", "tripling", "tripled", "threefold"),
                "4|x|up": ("quadruple",),
                "10|x|up": ("tenfold",),
                "0||zero": ("zero out", "eliminate all", "down to zero"),
                "50|%|down": phrases("""
                    halve, halves, halving, halved, cut in half, by half, in half
                """),
            }
        ),
        out_of=cues("out of", "of every"),
        about_before=cues(
            *phrases("""
                at about, it is, we are at, we're at, i think, more or less, close to, currently, exactly, still, a
            """),
            *"about around approximately approx roughly almost nearly maybe over circa ca now today it's its is = ~ ≈ : only just".split(),
        ),
        about_after=cues(
            *phrases("""
                or so, now, today, so far, i think, roughly, approx, ., !, please
            """),
            ",",
        ),
    ),
    roles=Roles(
        before=Cues(
            {
                Role.FROM: ("from", "starting from", "starting at"),
                Role.TO: phrases("""
                    to, →, reach, reaches, reaching, reached, hit, hits, hitting, attain, attains, towards,
                    up to at least, into
                """),
                Role.AT_LEAST: phrases("""
                    at least, over, above, more than, no less than, not less than, no fewer than, minimum of,
                    a minimum of, minimum, min, greater than, higher than, exceed, exceeds, exceeding, beyond, past,
                    better than, better than or equal to, >, ≥
                """),
                Role.AT_MOST: phrases("""
                    at most, under, below, less than, fewer than, no more than, not more than, never more than,
                    lower than, maximum of, a maximum of, maximum, max, up to, shorter than, faster than,
                    no longer than, <, ≤
                """),
                Role.BY: phrases("""
                    by, an additional, additional, another, an extra, extra, by another, by an additional, by up to
                """),
                Role.NOW: phrases("""
                    currently, current, current value, now, today, baseline, as of today, was, were, versus, vs,
                    compared to, compared with, previously, starting point, start, start value, today's, at present,
                    presently, last quarter, last year, last month, right now, we are at, instead of, rather than
                """),
                Role.AIM: ("target", "targets", "target value", "aim", "aiming for"),
                Role.WINDOW: phrases("""
                    within, in, in the first, in the last, over the next, over the last, for, after, every, during,
                    the first, first, last, next, past, in under, in less than, within the first, within their first,
                    in their first, for the first, of, in the next, for at least, in at most, inside
                """),
                Role.SCOPE: phrases("""
                    all, across all, across, each of, among, per, for all, all of our, all our, all of the
                """),
                Role.OUT_OF: ("of every", "out of every", "in every"),
                Role.SCALE: ("out of", "on a scale of", "(of"),
                Role.UP: phrases("""
                    increase, increases, raise, raises, grow, grows, improve, improves, boost, boosts, lift, lifts,
                    gain, rise, rises, climb, climbs, expand, up, growing, increasing, improving, raising
                """),
                Role.DOWN: phrases("""
                    reduce, reduces, cut, cuts, decrease, decreases, lower, lowers, shorten, shortens, shrink, drop,
                    drops, fall, falls, down, slash, trim, reducing, cutting, lowering
                """),
                Role.KEEP: phrases("""
                    keep, keeps, maintain, maintains, hold, holds, stay, stays, stay at, remain, remains
                """),
                Role.REACH: ("achieve", "achieves", "achieving", "get", "deliver"),
                Role.FILLER: phrases("""
                    is, are, at, :, a, an, about, around, roughly, approximately, ~, ≈, than, only, just, =, the,
                    goes, go, moves, move, stands, it's, it is, be, will be, or equal to, by now
                """),
            }
        ),
        after=Cues(
            {
                Role.AT_LEAST: phrases("""
                    or more, or higher, or better, and above, or above, and more, minimum, at least, or over
                """),
                Role.AT_MOST: phrases("""
                    or less, or fewer, or below, or lower, at most, maximum, max, or under, and below
                """),
                Role.UP: phrases("""
                    increase in, increase, growth in, growth, more, higher, rise in, improvement in, uplift in,
                    lift in, faster growth, increase of, qoq increase in, yoy increase in, mom increase in,
                    qoq growth in, yoy growth in, mom growth in, yoy, qoq, mom
                """),
                Role.DOWN: phrases("""
                    decrease in, reduction in, reduction of, drop in, fewer, less, lower, decline in, decrease,
                    reduction, faster, quicker, shorter, cheaper
                """),
                Role.NOW: phrases("""
                    today, now, currently, at the moment, right now, at present
                """),
                Role.OF: ("of", "of all", "of our", "of the", "of all our"),
                Role.SCOPE: ("each", "apiece"),
            }
        ),
        verbs=Cues(
            {
                Role.UP: [
                    *"increase increases increasing raise raises raising grow grows growing improve improves improving boost boosts lift "
                    "lifts expand expands scale climb climbs rise rises strengthen push enhance maximise maximize double triple "
                    "accelerate optimise optimize elevate".split(),
                    "bring up",
                    "drive up",
                    "scale up",
                    "get more",
                    "step up",
                ],
                Role.DOWN: [
                    *"reduce reduces reducing cut cuts cutting decrease decreases lower lowers shorten shortens shrink drop drops slash "
                    "trim minimise minimize halve cutting".split(),
                    "bring down",
                    "drive down",
                    "get down",
                    "cut down",
                ],
                Role.KEEP: phrases("""
                    keep, keeps, maintain, maintains, hold, sustain, remain, stay, continue
                """),
                Role.REACH: [
                    *"reach reaches hit hits achieve achieves attain attains get generate generates close win sign acquire gain secure "
                    "have obtain earn receive deliver make attract convert book collect score sell onboard exceed exceeds bring land "
                    "goes go moves move deflect ensure".split(),
                    "bring in",
                    "sign up",
                    "have at least",
                    "win back",
                    "bring back",
                ],
            }
        ),
        inner_verbs=cues(
            *phrases("""
                increases, reduces, raises, lifts, boosts, improves, cuts, lowers, decreases, shortens, so that,
                moving, raising, reducing
            """)
        ),
        skips=Cues(
            {
                Skip.DATE: (
                    *phrases("""
                        q1, q1 #, q1 fy20, q1 of #, # q1, h1, h1 #, h1 fy20, fy20, fy @, fy20 q1, q1 @, year end,
                        quarter end, month end, year-end, quarter-end, eoy, eoq, eom, the end of q1, #st quarter,
                        #nd quarter, #rd quarter, #th quarter, first quarter, second quarter, third quarter,
                        fourth quarter, the first quarter, the second quarter, the third quarter, the fourth quarter,
                        christmas, tomorrow, tonight, by @, in @, of @, before @, until @, since @, end of @,
                        during @, (@), year @, #-#-#, #/#/#, by #/#, before #/#, until #/#, on #/#, by #/#/#,
                        before #/#/#, until #/#/#, on #/#/#, @-@, @/@, from @, vs @, after @, week #, weeks #-#,
                        month #, day #, sprint #
                    """),
                    *(
                        f"{which} {period}"
                        for which in ("this", "next", "the", "current", "the current", "the coming", "this coming")
                        for period in PERIODS
                        if (which, period) not in {("the", "half"), ("the", "week")}
                    ),
                    *(f"end of {period}" for period in PERIODS),
                    *(f"end of {which} {period}" for which in ("the", "this", "next") for period in PERIODS),
                    *MONTHS,
                    *(f"{month} #" for month in AMBIGUOUS_MONTHS + MONTHS),
                    *(f"# {month}" for month in MONTHS),
                    *(f"{month} #, @" for month in AMBIGUOUS_MONTHS + MONTHS),
                    *(f"{month} @" for month in AMBIGUOUS_MONTHS + MONTHS),
                    *(f"# {month} @" for month in AMBIGUOUS_MONTHS + MONTHS),
                    *(
                        f"{lead} {month}{day}"
                        for lead in ("by", "in", "before", "until", "end of", "by end of", "since")
                        for month in AMBIGUOUS_MONTHS
                        for day in ("", " #", " @", " #, @")
                    ),
                ),
                Skip.ORDINAL: phrases("""
                    top #, top-#, number #, number one, no. #, no #, nr. #, version #, phase #, stage #, level #,
                    tier #, chapter #, series #, option #, priority #, iso #, #st, #nd, #rd, #th, #/7, 24/7, 24-7,
                    phase one, phase two, web #, grade #, rank #, step #, one by one, one to one, one-on-one
                """),
            }
        ),
        date_leads=cues(
            *phrases("""
                by, in, before, until, during, at, on, the, end of, the end of, beginning of, start of, middle of,
                mid, for, over, within, (, from, close of
            """)
        ),
        date_tails=cues("@", "quarter", ")"),
        trim_before=cues(
            *phrases("""
                the, a, an, our, their, its, of, in, on, for, to, with, and, we, i, will, should, want, need, have,
                that, so that, so, by, at, at least, is, are, new target, you, us, -, *, •, ·, kr, okr, must, can,
                let's, please, successfully, significantly, overall, across, from, all, more, /
            """)
        ),
        trim_after=cues(
            *phrases("""
                to, from, by, of, in, at, is, are, with, and, for, the, a, an, on, will, be, -, than, has, have,
                should, that, up, down, =, or, within, goes, go, moves, move, rise, rises, get, gets, increase,
                increases, grow, grows, drop, drops, falls, fall, decrease, decreases, every, each, per, (,
                significantly, as, much, possible, can, score of, improves, improve, stays, stay, increased
            """)
        ),
        compounds=cues(
            *phrases("""
                rate, rates, time, ratio, coverage, value, score, index, frequency, margin
            """)
        ),
        level=cues("uptime", "availability", "sla", "compliance"),
        lower_is_better=cues(
            *phrases("""
                churn, cost, costs, errors, error rate, bugs, complaints, defects, latency, attrition, turnover rate,
                incidents, response time, waiting time, wait time, lead time, cycle time, downtime, time to,
                bounce rate, cac, cpa, burn, ramp time, refund rate, delay, delays, abandonment, load time, payback,
                time spent
            """)
        ),
    ),
    faults=Faults(
        wish_links=cues("for", "in", "with", "at", "on"),
        wish=Cues(
            {
                ANYWHERE: phrases("""
                    try our best, try my best, do our best, do my best, do everything, do everything we can, strive,
                    strive to, hopefully, as much as possible, as best we can, as many as possible, work hard,
                    work harder, work really hard, really hard, aspire to, give our all, give it our all,
                    do whatever it takes, endeavour to, endeavor to, make every effort, we would like to,
                    put effort into, try harder, as good as possible, as well as we can, as fast as possible,
                    as possible
                """),
                OPENING: phrases("""
                    try, trying, try to, hope, hope to, hoping, hoping to, wish, wish to, aspire, endeavour, endeavor
                """),
            }
        ),
        vague=cues(
            *phrases("""
                improve, improving, better, enhance, enhancing, optimise, optimize, optimising, optimizing,
                strengthen, faster, easier, easy, happy, happier, more efficient, more efficiently, more effective,
                efficient, streamline, boost, help, support the, promote, elevate, smoother, more often, quicker,
                more engaged, more productive, foster, nurture, leverage, modernise, modernize, revamp, upgrade,
                smarter, delight, satisfied
            """)
        ),
        task=cues(
            *phrases("""
                launch, build, create, hire, write, publish, run, complete, implement, train, ship, release, develop,
                organise, organize, host, hold, finish, design, set up, setup, migrate, install, conduct, schedule,
                prepare, roll out, rollout, deploy, compile, document, draft, recruit, redesign, rewrite, research,
                investigate, introduce, establish, define, plan, start, produce, record, attend, review, refactor,
                test, buy, order, update, kick off, open, present, send, post, arrange, analyse, analyze, explore,
                carry out, perform, interview, make a, put together, collect
            """)
        ),
        not_a_task=cues(
            *phrases("""
                date, rate, time, coverage, frequency, conversion, quality, process, cadence, speed, excellence,
                leadership, confidence, costs, velocity
            """)
        ),
        recurring=cues(
            *phrases("""
                maintain, keep, continue, on time, as usual, business as usual, day to day, day-to-day, daily,
                every day, every week, every month, weekly, monthly, all tickets, regularly, keep up, routine,
                ongoing, as before
            """)
        ),
        purpose=cues(
            *phrases("""
                so that, so, in order to, resulting in, leading to, which, thereby, such that, to make, to help
            """)
        ),
        ability=cues("can", "are able to", "is able to", "could"),
        milestone=cues(
            *phrases("""
                obtain, pass, get into, become, win, achieve, earn, secure, receive, be certified, be listed,
                get certified, get accepted, qualify, reach break-even, break even, be profitable, raise series
            """)
        ),
        join=cues("and", "&", ";", ",", "plus", "as well as", "while"),
        vanity=cues(
            *phrases("""
                downloads, download, page views, pageviews, views, followers, follower, stars, likes, impressions,
                fans, app installs, visits, hits on, github stars, reach on, subscribers on
            """)
        ),
        quality=cues(
            *phrases("""
                active, retained, paid, paying, returning, converted, retention, conversion, repeat, qualified,
                purchase, of them, stay, still use, engaged
            """)
        ),
        perfection=cues(
            *phrases("""
                satisfaction, satisfied, happy, csat, complaints, bugs, defects, errors
            """)
        ),
        objective_task=cues(
            *phrases("""
                ship, write, publish, release, hire, organise, organize, hold, implement, complete, finish, install,
                migrate, deploy, roll out, schedule, compile, document, recruit, conduct, update, set up, draft,
                investigate, research, look into, evaluate, analyse, analyze, launch the, launch a, launch v2,
                launch version, attend, explore, prepare, launch our
            """)
        ),
        objective_recurring=cues(
            *phrases("""
                the business running, systems running, lights on, keep things running, keep everything running,
                business as usual, day-to-day, day to day, as usual, maintain, continue to, continue, keep going,
                keep running, keep doing, do our job, do our jobs, do my job, daily work, daily operations,
                routine work, running smoothly
            """)
        ),
        objective_vague=cues(
            *phrases("""
                better, more, more efficiently, more efficient, more effective, more effectively, improve, harder,
                good, well, best, great, efficiently, effectively, productive, more productive
            """)
        ),
        light=cues(
            *phrases("""
                make, do, work, be, become, get, have, earn, a, an, the, our, my, we, to, i, will, and, job, things,
                perform, performance, even, much, at, us, more, better, want, as, team
            """)
        ),
        praise_words=cues(
            *phrases("""
                world-class, world class, best, love, loves, loved, great, outstanding, successfully, successful,
                delight, amazing, first-class, unforgettable, leading, proud, that, who, effortless, excellent,
                trusted, transformation, most
            """)
        ),
        negative=cues("stop", "avoid", "don't", "do not", "quit", "cease"),
        theme=cues(
            *phrases("""
                sales, revenue, growth, marketing, hiring, quality, culture, brand, branding, service, security,
                performance, reliability, satisfaction, success, excellence, engagement, retention, innovation,
                recruitment, recruiting, communication, productivity, efficiency, profitability, profit, awareness,
                operations, transformation, experience, development, expansion, onboarding, training, compliance,
                automation, infrastructure, support, happiness, teamwork, collaboration, process, processes, finance,
                logistics, continuity, stability, sustainability, digitalisation, digitalization, leadership, design,
                product
            """)
        ),
        other_verbs=cues(
            *phrases("""
                is, are, be, become, make, love, loves, win, lead, delight, own, build, create, launch, turn, bring,
                give, help, let, enable, empower, provide, deliver, inspire, transform, drive, enter, conquer, open,
                stop, get, have, do, run, fix, find, know, feel, want, trust, choose, recommend, reach, achieve,
                scale, support, design, market, process, experience, train, develop, brand, profit, finance, wow,
                prove
            """)
        ),
        faster=cues("faster", "quicker", "more quickly", "more rapidly"),
        satisfied=cues(
            *phrases("""
                happy, happier, satisfied, delight, delighted, more satisfied, satisfaction, content
            """)
        ),
        someone=Cues(
            {
                "customer": ("customer", "customers"),
                "user": ("user", "users"),
                "client": ("client", "clients"),
                "employee": ("employee", "employees", "staff", "people", "colleagues"),
                "partner": ("partner", "partners"),
                "team": ("team", "teams"),
                "patient": ("patients",),
                "student": ("students",),
                "guest": ("guests",),
                "member": ("members",),
            }
        ),
    ),
    templates=Templates(
        rise="{verb} {metric} from __ to __",
        fall="{verb} {metric} from __ to __",
        rise_verb="Raise",
        fall_verb="Reduce",
        statement="{text}: __ from __ to __",
        task="{text}, moving __ from __ to __",
        currently="{text} (currently __)",
        purpose="{text} so that __",
        theme="Lift {text} so that __",
        vanity="{text}, __% of them from people who come back",
        duration="Reduce the time to {text} from __ to __",
        satisfaction="Raise {who} satisfaction from __ to __",
        anyone="customer",
        own_verbs=cues(
            *phrases("""
                increase, raise, grow, boost, lift, reduce, cut, lower, decrease, shorten
            """)
        ),
        measure_words_lead=False,
        measure_words=(
            ("process", "process cycle time"),
            ("processes", "process cycle time"),
            ("reliability", "uptime"),
            ("communication", "communication score"),
            ("quality", "quality score"),
            ("product quality", "product quality score"),
        ),
    ),
)
