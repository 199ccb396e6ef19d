"""Interactive cards: made, put into chats, changed, pressed. Part of the stand-in in `dingtalk_server.py`.

A press is answered within two seconds or not at all, and nobody calls the method that changes a card before having answered
(open.dingtalk.com, "event callbacks of cards"). The refusals are those of its page "create and deliver cards".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

from tests.hands import Hands
from tests.platforms.dingtalk_chats import PUBLIC, PUBLIC_TEMPLATES, Button, Card, Shown, Template
from tests.platforms.dingtalk_robot import Robot
from tests.platforms.dingtalk_wire import CARD, CORP_ID, ROBOT_CODE, Call, RefusedError, compact, refused

DEADLINE = timedelta(seconds=2)
SPACE = "dtv1.card//"


class Push(Protocol):
    """How a press reaches the bot in Stream mode."""

    def __call__(
        self, kind: str, topic: str, data: Mapping[str, Any], *, answered: Callable[[Any, datetime], None]
    ) -> object: ...


class Post(Protocol):
    """How a press reaches the bot over HTTP: to this address, signed with this secret."""

    def __call__(self, url: str, secret: str, data: Mapping[str, Any], answered: Callable[[Any, datetime], None]) -> object: ...


class Cards:
    """All cards by their `outTrackId`, the templates they are made of, and the addresses presses go to."""

    def __init__(self, clock: Hands, robot: Robot, push: Push, post: Post, complain: Callable[[str], None]) -> None:
        self.clock = clock
        self.all: dict[str, Card] = {}
        self.templates: dict[str, Template] = dict.fromkeys(PUBLIC_TEMPLATES, PUBLIC)
        self.routes: dict[str, tuple[str, str]] = {}
        """`callbackRouteKey` → (address, secret)."""
        self.late = 0
        """Answers that came after the two seconds; the person has long seen an error."""
        self._robot = robot
        self._push = push
        self._post = post
        self._complain = complain
        self.methods: dict[tuple[str, str], Callable[[Call], Any]] = {
            ("POST", "/v1.0/card/instances"): self._create,
            ("POST", "/v1.0/card/instances/deliver"): self._deliver,
            ("POST", "/v1.0/card/instances/createAndDeliver"): self._create_and_deliver,
            ("PUT", "/v1.0/card/instances"): self._update,
            ("POST", "/v1.0/card/callbacks/register"): self._register,
        }

    def press(self, user_id: str, card: Card, button: Button, values: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Somebody presses a button, with what they have filled in."""
        params: dict[str, Any] = dict(button.params)
        if values is not None:
            params |= {card.template.form_param: dict(values)} if card.template.form_param else values
        content = compact({"cardPrivateData": {"actionIds": [button.action], "params": params}})
        data = {
            "type": "actionCallback",
            "outTrackId": card.track_id,
            "corpId": CORP_ID,
            "userId": user_id,
            "userIdType": 1,
            "spaceType": "im",
            "spaceId": card.spaces[0] if card.spaces else "",
            "extension": "{}",
            "content": content,
            "value": content,
        }
        pressed_at = self.clock.now()
        card.presses_open += 1

        def answered(response: Any, at: datetime) -> None:
            card.presses_open -= 1
            if at - pressed_at > DEADLINE:
                self.late += 1
            elif isinstance(response, dict):
                try:
                    self._apply(card, response, user_id)
                except RefusedError as error:
                    self._complain(f"the answer to a press on {card.track_id}: {error}")

        if card.callback_type == "STREAM":
            self._push("CALLBACK", CARD, data, answered=answered)
        elif card.callback_type == "HTTP" and card.route_key in self.routes:
            url, secret = self.routes[card.route_key]
            self._post(url, secret, data, answered)
        else:
            card.presses_open -= 1
            self._complain(f"nobody is told of presses on {card.track_id}: {card.callback_type!r} {card.route_key!r}")
        return data

    # --- what the bot asks for ---

    def _create(self, call: Call) -> dict[str, Any]:
        return {"success": True, "result": self._make(call).track_id}

    def _deliver(self, call: Call) -> dict[str, Any]:
        return {"success": True, "result": self._put(self._card(call), call)}

    def _create_and_deliver(self, call: Call) -> dict[str, Any]:
        spaces = _spaces(call)  # before anything is made
        card = self._make(call)
        return {"success": True, "result": {"outTrackId": card.track_id, "deliverResults": self._put(card, call, spaces)}}

    def _update(self, call: Call) -> dict[str, Any]:
        card = self._card(call)
        if card.presses_open:
            self._complain(f"{card.track_id} is changed by a call while a press on it waits for its answer")
        given = {one: call.given[one] for one in ("cardData", "cardUpdateOptions") if one in call.given}
        private = call.given.get("privateData") or {}
        if not given.get("cardData") and not private:
            raise refused(400, "param.cardPublicDataEmpty")
        self._apply(card, given)
        for user_id, data in private.items():
            self._apply(card, {"userPrivateData": data, "cardUpdateOptions": given.get("cardUpdateOptions")}, user_id)
        return {"success": True, "result": True}

    def _register(self, call: Call) -> dict[str, Any]:
        key, url, secret = call.text("callbackRouteKey"), call.text("callbackUrl"), call.text("apiSecret")
        if not key or not url.startswith(("https://", "http://127.0.0.1:")):  # the real one takes no http at all
            raise refused(400, "param.invalid")
        if key not in self.routes or call.given.get("forceUpdate") is True:
            self.routes[key] = (url, secret)
        url, secret = self.routes[key]
        return {"success": True, "result": {"callbackUrl": url, "apiSecret": secret}}

    # --- how it works ---

    def _make(self, call: Call) -> Card:
        track_id, template_id = call.text("outTrackId"), call.text("cardTemplateId")
        if not track_id:
            raise refused(400, "param.outTrackIdEmpty")
        if not template_id:
            raise refused(400, "param.cardTemplateIdEmpty")
        template = self.templates.get(template_id)
        if template is None:
            raise refused(400, "param.templateNotExist")
        if not template.is_published:
            raise refused(400, "param.templateUnpublished")
        if track_id in self.all:
            raise refused(400, "param.cardAlreadyExist")
        callback = call.text("callbackType")
        if callback not in ("", "STREAM", "HTTP") or (callback == "HTTP" and not call.text("callbackRouteKey")):
            raise refused(400, "param.invalid", "callbackType")
        if call.given.get("userIdType", 1) != 1:
            raise refused(400, "param.invalid", "userIdType")
        models = {"IM_ROBOT": "imRobotOpenSpaceModel", "IM_GROUP": "imGroupOpenSpaceModel"}
        can_be_in = frozenset(space for space, model in models.items() if isinstance(call.given.get(model), dict))
        card = Card(track_id, template_id, template, self._data(call.given.get("cardData"), template))
        card.callback_type, card.route_key, card.can_be_in = callback, call.text("callbackRouteKey"), can_be_in
        for user_id, data in (call.given.get("privateData") or {}).items():
            card.private[user_id] = self._data(data, template)
        card.face()  # a template that cannot draw its data is a mistake in the test that made it
        self.all[track_id] = card
        return card

    def _put(self, card: Card, call: Call, spaces: list[tuple[str, str]] | None = None) -> list[dict[str, Any]]:
        results = []
        for kind, where in spaces or _spaces(call):
            problem = self._problem(card, call, kind, where)
            told: dict[str, Any] = {"spaceType": kind, "spaceId": where, "success": not problem}
            if problem:
                told["errorMsg"] = problem
            else:
                told["carrierId"] = key = self._robot.new_key()
                chat = self._robot.chats[where] if kind == "IM_GROUP" else self._robot.chat_with(where)
                shown = Shown(key, is_ours=True, kind="card", card=card, sent_at=self.clock.now())
                chat.shown.append(shown)
                card.spaces.append(chat.id)
            results.append(told)
        return results

    def _problem(self, card: Card, call: Call, kind: str, where: str) -> str:
        """Why a card cannot be put somewhere; nothing if it can. The call as a whole succeeds all the same."""
        if kind not in card.can_be_in:
            return "spaces of card is empty"
        if kind == "IM_ROBOT":
            return "" if self._robot.reachable(where) else "staffId.notExisted"
        group = self._robot.chats.get(where)
        if group is None or not group.is_group:
            return "openConversationId is invalid"
        if call.given.get("imGroupOpenDeliverModel", {}).get("robotCode") != ROBOT_CODE or not group.has_bot:
            return "robot is not a member of the group"
        return ""

    def _card(self, call: Call) -> Card:
        if not call.text("outTrackId"):
            raise refused(400, "param.outTrackIdEmpty")
        card = self.all.get(call.text("outTrackId"))
        if card is None:
            raise refused(400, "param.cardNotExist")
        return card

    def _apply(self, card: Card, given: Mapping[str, Any], user_id: str = "") -> None:
        """Change a card. What is not named goes away, unless the options say "by key"."""
        options = given.get("cardUpdateOptions") or {}
        if given.get("cardData"):
            data = self._data(given["cardData"], card.template)
            card.data = {**card.data, **data} if options.get("updateCardDataByKey") else data
            card.updates += 1
        if given.get("userPrivateData"):
            data = self._data(given["userPrivateData"], card.template)
            kept = card.private.get(user_id, {}) if options.get("updatePrivateDataByKey") else {}
            card.private[user_id] = {**kept, **data}
            card.updates += 1

    def _data(self, given: Any, template: Template) -> dict[str, str]:
        params = given.get("cardParamMap") if isinstance(given, dict) else None
        if not isinstance(params, dict):
            raise refused(400, "param.cardPublicDataEmpty")
        if not all(isinstance(one, str) for one in params.values()):
            raise refused(400, "param.invalid", "cardParamMap takes texts only")
        if template.variables is not None and (unknown := set(params) - template.variables):
            self._complain(f"the template knows no variable {sorted(unknown)}")
        return dict(params)


def _spaces(call: Call) -> list[tuple[str, str]]:
    """Where a card shall go: (kind of space, id)."""
    given = call.text("openSpaceId")
    if not given:
        raise refused(400, "param.openSpaceIdEmpty")
    if not given.startswith(SPACE):
        raise refused(400, "param.openSpaceIdInvalid")
    spaces = [one.partition(".") for one in given.removeprefix(SPACE).split(";")]
    models = {"IM_ROBOT": "imRobotOpenDeliverModel", "IM_GROUP": "imGroupOpenDeliverModel"}
    for kind, _, where in spaces:
        if kind.upper() not in models or not where:
            raise refused(400, "param.openSpaceIdInvalid")
        if not isinstance(call.given.get(models[kind.upper()]), dict):
            raise refused(400, "param.openDeliverModelEmpty")
        if kind.upper() == "IM_ROBOT" and call.given[models["IM_ROBOT"]].get("spaceType") != "IM_ROBOT":
            raise refused(400, "param.openDeliverModelError")
    return [(kind.upper(), where) for kind, _, where in spaces]
