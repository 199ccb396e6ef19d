"""People of a directory → people of ours: who comes, who goes, what becomes of everybody. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from bot.actions.directory_matching import Clash, Matches
from bot.actions.directory_teams import TeamTree
from bot.actions.staff import Difference, Fate, PlannedTeam, likely_lead, look_of, name_of
from bot.actions.sync_plan import Stored, SyncedPerson, SyncPlan
from bot.okr.directory import Department, Directory, Entry, Listing, Said
from bot.okr.managers import circles
from bot.okr.people import Person, PersonId, Role, Team, TeamId, first_account
from bot.ports import Change, Ids, PutAccount, PutListing, PutPerson


class Roll:
    """Everybody as they will be. The public methods are called in the order in which they stand here."""

    def __init__(self, directory: Directory, stored: Stored, tree: TeamTree, matches: Matches, at: datetime) -> None:
        self._directory = directory
        self._stored = stored
        self._tree = tree
        self._at = at
        self._clashes = list(matches.clashes)
        self._unaddressed = matches.unaddressed
        self._who = dict(matches.who)
        self._entries = [entry for entry in directory.entries if entry.user_id not in matches.barred]
        self._departments = {one.id: one for one in directory.departments}
        here = (directory.platform, directory.tenant)
        self._listed = {one.user_id: one for one in stored.listings if (one.platform, one.tenant) == here}
        self._elsewhere = [one for one in stored.listings if (one.platform, one.tenant) != here and one.is_present]
        self._chatting = {one.person_id for one in stored.accounts if one.chat_id}
        self._linked = {one.user_id: one.person_id for one in stored.accounts if (one.platform, one.tenant) == here}
        present = [one.id for one in directory.departments] if directory.is_whole else tree.team_of
        self._teams_there = frozenset(tree.team_of[one] for one in present)
        self._before = {person.id: person for person in stored.people}
        self._after = dict(self._before)
        self._said: dict[str, Said] = {}
        """By user id, what is to be remembered: what could not be done is not, so that it is tried again."""
        self._listings: dict[str, Listing] = {}
        """Of this directory, as they will be."""
        self._homes: frozenset[str] = frozenset()
        """User ids of those whom nobody else has known for longer: this directory describes them."""
        self._newcomers_team: TeamId | None = None

    # --- who comes ---

    @property
    def has_newcomers_without_team(self) -> bool:
        """Somebody new whose departments we do not see."""
        return any(entry.user_id not in self._who and not self._department_of(entry, None) for entry in self._entries)

    def find_team_for_newcomers(self, path: str) -> bool:
        """Where people come in whom the directory puts nowhere. False when that cannot be known."""
        tops = [team for team in self._tree.by_id.values() if team.parent_id is None]
        company = (
            one for one in self._tree.team_of.values() if not self._teams_there.intersection(self._tree.above(one)) - {one}
        )
        if path and not self._teams_there:
            self._newcomers_team = self._tree.add(path).id
        elif self._teams_there:
            self._newcomers_team = next(company)
        elif len(tops) == 1:
            self._newcomers_team = tops[0].id
        elif not tops:
            self._newcomers_team = self._tree.add(self._directory.name or self._directory.platform).id
        return self._newcomers_team is not None

    def take_in(self, ids: Ids) -> None:
        """Everybody in the directory, with what it says of them but e-mail and manager: those depend on the others."""
        for entry in self._entries:
            if entry.user_id not in self._who:
                self._who[entry.user_id] = self._create(entry, PersonId(ids.new()))
        for entry in self._entries:
            listing = self._known(entry)
            person_id = self._who[entry.user_id]
            since = listing.listed_at if listing is not None and listing.is_present else self._at
            self._listings[entry.user_id] = Listing(
                self._directory.platform,
                self._directory.tenant,
                entry.user_id,
                person_id,
                self._was_said(entry),
                since,
                None,
                entry.enterprise_id,
            )
        self._homes = self._find_homes()
        leads = self._leads()
        for entry in self._entries:
            self._describe(entry, leads)

    def _create(self, entry: Entry, person_id: PersonId) -> PersonId:
        team_id = self._tree.team_of.get(self._department_of(entry, None)) or self._newcomers_team
        assert team_id is not None  # noqa: S101 found before anybody is taken in
        self._after[person_id] = Person(person_id, entry.name, None, team_id)
        return person_id

    def _describe(self, entry: Entry, leads: frozenset[str]) -> None:
        person = self._after[self._who[entry.user_id]]
        known = self._known(entry)
        was = self._was_said(entry)
        department_id = self._department_of(entry, person)
        # Part of a directory may not show whom somebody leads.
        is_lead = entry.user_id in leads or (was.is_lead and not self._directory.is_whole)
        now = Said(entry.name, was.email, entry.title, entry.locale, entry.timezone, department_id, was.manager, is_lead)
        self._said[entry.user_id] = now
        is_back = known is None or not known.is_present
        if person.left_at is not None and is_back:
            person = replace(person, left_at=None)
        if entry.user_id in self._homes:
            is_theirs = known is None and person.joined_at is not None
            if now.name != was.name and not is_theirs:
                person = replace(person, name=now.name)
            if now.locale and now.locale != was.locale and person.joined_at is None:
                person = replace(person, locale=now.locale)
            if now.timezone and now.timezone != was.timezone and person.joined_at is None:
                person = replace(person, timezone=now.timezone)
            if department_id and department_id != was.department_id:
                person = replace(person, team_id=self._tree.team_of[department_id])
            person = replace(person, role=_role(person.role, was.is_lead, now.is_lead))
        self._after[person.id] = person

    def _department_of(self, entry: Entry, person: Person | None) -> str:
        """The department that decides about somebody's team: the one they are in already, also by a team of ours below it; else one they lead;
        else their first. "" when none is seen."""
        seen = [one for one in entry.departments if one in self._tree.team_of]
        if person is not None:
            for team_id in self._tree.above(person.team_id):
                here = next((one for one in seen if self._tree.team_of[one] == team_id), None)
                if here is not None:
                    return here
                if team_id in self._teams_there:
                    break
        was = self._was_said(entry)
        if was.department_id in seen:
            return was.department_id
        led = [one for one in seen if one in self._departments and entry.user_id in self._departments[one].leads]
        return next(iter((*led, *seen)), "")

    def _find_homes(self) -> frozenset[str]:
        first: dict[PersonId, Listing] = {}
        for listing in (*self._elsewhere, *self._listings.values()):
            senior = first.setdefault(listing.person_id, listing)
            first[listing.person_id] = min(senior, listing, key=_seniority)
        return frozenset(user_id for user_id, listing in self._listings.items() if first[listing.person_id] is listing)

    def _known(self, entry: Entry) -> Listing | None:
        """What was remembered of this account, as long as it is still the same person's."""
        listing = self._listed.get(entry.user_id)
        return listing if listing is not None and listing.person_id == self._who[entry.user_id] else None

    def _was_said(self, entry: Entry) -> Said:
        listing = self._known(entry) if entry.user_id in self._who else None
        return listing.said if listing is not None else Said()

    # --- who goes ---

    def say_who_is_gone(self) -> None:
        """Listings of those who are no more in the directory; who is in none that we know of has left."""
        present = {entry.user_id for entry in self._directory.entries} | self._directory.aside
        for user_id, listing in self._listed.items():
            is_absent = self._directory.is_whole and user_id not in present
            if listing.is_present and (is_absent or user_id in self._directory.gone):
                self._listings[user_id] = replace(listing, gone_at=self._at)
        for user_id in self._directory.gone & self._linked.keys() - self._listed.keys():
            # The directory knew them, before we asked it for the first time.
            directory = self._directory
            self._listings[user_id] = Listing(
                directory.platform, directory.tenant, user_id, self._linked[user_id], Said(), self._at, self._at
            )
        here = {**self._listed, **self._listings}.values()
        staying = {one.person_id for one in (*self._elsewhere, *here) if one.is_present}
        for listing in self._listings.values():
            person = self._after[listing.person_id]
            if not listing.is_present and listing.person_id not in staying and person.is_active:
                self._after[person.id] = replace(person, left_at=self._at)

    # --- what depends on others ---

    def settle_addresses(self) -> None:
        """E-mails: what would be somebody else's too is not taken."""
        wanted: dict[PersonId, Entry] = {}
        for entry in sorted(self._entries, key=lambda one: one.user_id not in self._homes):
            person = self._after[self._who[entry.user_id]]
            if not entry.email or entry.user_id in self._unaddressed:
                continue
            is_news = entry.user_id in self._homes and entry.email != self._was_said(entry).email
            is_theirs = entry.email == (person.email or "").casefold()
            if is_theirs or person.id in wanted or not (is_news or person.email is None):
                self._remember(entry, email=entry.email)
            else:
                wanted[person.id] = entry
        held = {person.email.casefold(): person.id for person in self._before.values() if person.email}
        while refused := [
            entry
            for person_id, entry in wanted.items()
            if held.get(entry.email, person_id) != person_id and held[entry.email] not in wanted
        ]:
            for entry in refused:
                del wanted[self._who[entry.user_id]]
                holder = self._before[held[entry.email]]
                self._clash(entry, f"The address {entry.email} is {holder.name}'s here; it stays there.")
        for person_id, entry in wanted.items():
            self._after[person_id] = replace(self._after[person_id], email=entry.email)
            self._remember(entry, email=entry.email)

    def settle_managers(self) -> None:
        """Who leads whom. A circle is not closed: who would close it keeps the manager they have."""
        for entry in self._entries:
            was = self._was_said(entry).manager
            person = self._after[self._who[entry.user_id]]
            manager = self._manager_of(entry)
            self._remember(entry, manager=manager)
            if entry.user_id not in self._homes or manager == was:
                continue
            if manager:
                self._after[person.id] = replace(person, manager_id=self._person_at(manager))
            elif person.manager_id is not None and person.manager_id == self._person_at(was):
                self._after[person.id] = replace(person, manager_id=None)
        if not self._directory.is_whole:
            self._follow_new_leads()
        self._open_circles()

    def _manager_of(self, entry: Entry) -> str:
        """The user id of somebody's manager, "" for nobody we know."""
        own = self._who[entry.user_id]
        if self._can_lead(entry.manager, own):
            return entry.manager
        department = self._departments.get(self._said[entry.user_id].department_id)
        seen: set[str] = set()
        while department is not None and department.id not in seen:
            seen.add(department.id)
            if entry.user_id not in department.leads:
                lead = next((one for one in department.leads if self._can_lead(one, own)), "")
                if lead:
                    return lead
            department = self._departments.get(department.parent_id)
        return ""

    def _can_lead(self, user_id: str, other_than: PersonId) -> bool:
        person_id = self._person_at(user_id)
        return person_id is not None and person_id != other_than and self._after[person_id].is_active

    def _person_at(self, user_id: str) -> PersonId | None:
        """Whose account this is, once everybody is taken in."""
        return self._who.get(user_id) or self._linked.get(user_id)

    def _open_circles(self) -> None:
        manager_of = {person.id: person.manager_id for person in self._after.values()}
        fresh = {one for one, person in self._after.items() if person.manager_id != self._manager_before(one)}
        while found := [circle for circle in circles(sorted(fresh), manager_of) if not fresh.isdisjoint(circle)]:
            for circle in found:
                names = " → ".join(self._after[one].name for one in (*circle, circle[0]))
                for person_id in fresh.intersection(circle):
                    manager_of[person_id] = self._manager_before(person_id)
                    self._after[person_id] = replace(self._after[person_id], manager_id=manager_of[person_id])
                    self._unsay_manager(person_id)
                first = self._after[next(one for one in circle if one in fresh)]
                reason = f"These people lead each other in a circle: {names}. Their managers stay as they were."
                self._clashes.append(Clash(self._user_id_of(first.id), first.name, reason))
                fresh.difference_update(circle)

    def _unsay_manager(self, person_id: PersonId) -> None:
        """What was said of somebody's manager could not be done, so it is not remembered."""
        for user_id, listing in self._listings.items():
            if listing.person_id == person_id:
                known = self._listed.get(user_id)
                manager = known.said.manager if known is not None and known.person_id == person_id else ""
                said = self._said.get(user_id, listing.said)
                self._said[user_id] = replace(said, manager=manager)

    def _user_id_of(self, person_id: PersonId) -> str:
        return next(user_id for user_id, listing in self._listings.items() if listing.person_id == person_id)

    def _manager_before(self, person_id: PersonId) -> PersonId | None:
        person = self._before.get(person_id)
        return person.manager_id if person is not None else None

    def _follow_new_leads(self) -> None:
        """Where only a department was read: whoever its lead led is led by the new one."""
        members = {entry.user_id for entry in self._entries}
        for department in self._departments.values():
            team = self._tree.by_id[self._tree.team_of[department.id]]
            lead = self._lead_of(department)
            if lead is None or lead == team.lead_id:
                continue
            user_id = next(one for one in department.leads if self._person_at(one) == lead)
            above_lead = self._above(lead)
            for listing in {**self._listed, **self._listings}.values():
                person = self._after[listing.person_id]
                was_led = person.team_id == team.id and person.manager_id is not None and person.manager_id == team.lead_id
                if listing.user_id in members or not listing.is_present or not was_led or person.id in above_lead:
                    continue
                self._listings[listing.user_id] = replace(listing, said=replace(listing.said, manager=user_id))
                self._after[person.id] = replace(person, manager_id=lead)

    def _above(self, person_id: PersonId) -> set[PersonId]:
        """Somebody and all who lead them."""
        above: set[PersonId] = set()
        at: PersonId | None = person_id
        while at is not None and at not in above:
            above.add(at)
            at = self._after[at].manager_id
        return above

    # --- leads ---

    def _leads(self) -> frozenset[str]:
        """User ids of all who lead a department or somebody."""
        named = {lead for department in self._departments.values() for lead in department.leads}
        return frozenset(named | {entry.manager for entry in self._entries if entry.manager != entry.user_id})

    def _lead_of(self, department: Department) -> PersonId | None:
        """Who leads the team of a department according to the directory: the present lead if they are named, else the first named."""
        named = [self._person_at(one) for one in department.leads]
        able = [one for one in named if one is not None and self._after[one].is_active]
        team = self._tree.by_id[self._tree.team_of[department.id]]
        return team.lead_id if team.lead_id in able else next(iter(able), None)

    def _team_leads(self) -> dict[TeamId, PersonId | None]:
        members: dict[TeamId, list[Person]] = {}
        for person in self._after.values():
            if person.is_active:
                members.setdefault(person.team_id, []).append(person)
        leads: dict[TeamId, PersonId | None] = {}
        for department in self._departments.values():
            team = self._tree.by_id[self._tree.team_of[department.id]]
            lead = self._lead_of(department) or team.lead_id
            if lead is None or not self._after[lead].is_active:
                lead = likely_lead(team, members.get(team.id, []), self._after)
            leads[team.id] = lead if lead is not None and self._after[lead].is_active else None
        return leads

    # --- the plan ---

    def plan(self) -> SyncPlan:
        """All of it as a value."""
        leads = self._team_leads()
        accounts = [
            first_account(
                self._directory.platform, self._directory.tenant, user_id, person_id, has_chat=person_id in self._chatting
            )
            for user_id, person_id in self._who.items()
            if user_id not in self._linked
        ]
        listings = [replace(listing, said=self._said.get(user_id, listing.said)) for user_id, listing in self._listings.items()]
        changes: tuple[Change, ...] = (
            *self._tree.changes(leads),
            *_replacements(self._before, self._after),
            *(PutAccount(account) for account in accounts),
            *(PutListing(listing) for listing in listings if listing != self._listed.get(listing.user_id)),
        )
        return SyncPlan(
            tuple(self._planned_people(frozenset(account.user_id for account in accounts))),
            self._planned_teams(leads),
            tuple(self._clashes),
            changes,
            sum(listing.is_present for listing in self._listed.values()),
            self._directory.is_whole,
        )

    def _planned_people(self, linked: frozenset[str]) -> Iterable[SyncedPerson]:
        said: set[PersonId] = set()
        for user_id, listing in self._listings.items():
            if listing.person_id in said:
                continue
            said.add(listing.person_id)
            after, before = self._after[listing.person_id], self._before.get(listing.person_id)
            looked = self._look(before) if before is not None else {}
            differences = [
                Difference(column, looked.get(column, ""), value)
                for column, value in self._look(after).items()
                if value != looked.get(column, "")
            ]
            known = self._listed.get(user_id)
            title, title_before = self._said.get(user_id, listing.said).title, known.said.title if known else ""
            if title != title_before:
                differences.append(Difference("title", title_before, title))
            if user_id in linked:
                differences.append(Difference(f"{self._directory.platform}_id", "", user_id))
            fate = Fate.CHANGED if differences else Fate.UNCHANGED
            if before is None:
                fate = Fate.CREATED
            elif before.is_active and not after.is_active:
                fate = Fate.LEFT
            yield SyncedPerson(user_id, after.name, self._tree.by_id[after.team_id].path, fate, tuple(differences))

    def _look(self, person: Person) -> dict[str, str]:
        """Somebody by column, with teams and people called as they will be: whose team is only renamed has not changed."""
        look = look_of(person, self._after, self._tree.by_id)
        del look["manager_email"]
        return look | {"manager": name_of(person.manager_id, self._after)}

    def _planned_teams(self, leads: Mapping[TeamId, PersonId | None]) -> tuple[PlannedTeam, ...]:
        before = self._teams_before()
        planned = []
        for team in sorted(self._tree.by_id.values(), key=lambda one: one.path.split("/")):
            was = before.get(team.id)
            lead = leads.get(team.id, team.lead_id)
            if was is None or was.path != team.path or was.lead_id != lead:
                moved_from = was.path if was is not None and was.path != team.path else ""
                led = name_of(was.lead_id, self._before) if was is not None else ""
                planned.append(PlannedTeam(team.path, was is None, led, name_of(lead, self._after), moved_from))
        return tuple(planned)

    def _teams_before(self) -> dict[TeamId, Team]:
        return {team.id: team for team in self._stored.teams}

    def _remember(self, entry: Entry, *, email: str | None = None, manager: str | None = None) -> None:
        said = self._said[entry.user_id]
        said = said if email is None else replace(said, email=email)
        self._said[entry.user_id] = said if manager is None else replace(said, manager=manager)

    def _clash(self, entry: Entry, reason: str) -> None:
        self._clashes.append(Clash(entry.user_id, entry.name, reason))


def _replacements(before: Mapping[PersonId, Person], after: Mapping[PersonId, Person]) -> Iterable[PutPerson]:
    """Everybody new or changed. Who gives an address to somebody else lets go of it first: no moment may have it twice."""
    changed: Sequence[Person] = [person for person in after.values() if person != before.get(person.id)]
    given = {person.email for person in changed if person.email}
    versions: dict[PersonId, int] = {}
    for person in changed:
        stored = before.get(person.id)
        if stored is not None:
            versions[person.id] = stored.version
            if stored.email in given and stored.email != person.email:
                yield PutPerson(replace(stored, email=None, version=stored.version + 1), stored.version)
                versions[person.id] += 1
    for person in changed:
        was = versions.get(person.id)
        yield PutPerson(person if was is None else replace(person, version=was + 1), was)


def _role(role: Role, was_lead: bool, is_lead: bool) -> Role:
    """Whoever leads is a manager, and no more once the directory takes that back. What an admin made of somebody else stays."""
    if is_lead and not was_lead and role is Role.MEMBER:
        return Role.MANAGER
    if was_lead and not is_lead and role is Role.MANAGER:
        return Role.MEMBER
    return role


def _seniority(listing: Listing) -> tuple[datetime, str, str, str]:
    return listing.listed_at, listing.platform, listing.tenant, listing.user_id
