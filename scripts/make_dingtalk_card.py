"""Writes our card template in the form in which DingTalk's card platform exports one: `python scripts/make_dingtalk_card.py`.

The platform draws a card from `editorData`; what it makes of that for its clients is made anew when the template is saved there. All
variables are texts, because DingTalk takes no others: an empty one hides the part that shows it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from adapters.dingtalk.cards import ANSWERS, FIELDS, MENU, MORE, TICKS, TOKEN, VARIABLES

FILE: Final = Path(__file__).parent.parent / "docs/dingtalk-cards/laban.json"
PACKAGE: Final = "@ali/dxComponent"
Json = dict[str, Any]


def template() -> Json:
    """What the platform imports."""
    children = [
        _node(
            "Markdown", "text", content=_dynamic("dynamicMarkdown", "text"), mdVer=0, marginLeft=12, marginRight=12, marginTop=12
        ),
        *(node for number in range(1, FIELDS + 1) for node in _field(number)),
        _node(
            "SelectBlock",
            "menu",
            id="menu",
            placeholder=_text("…"),
            options=_dynamic("dynamicSelectOptions", MENU),
            params=[_parameter(MENU, "localMenu")],
            actionType="request",
            visible=_unless_empty(MENU),
        ),
        _node(
            "MultiSelectBlock",
            "ticks",
            id="ticks",
            placeholder=_text("…"),
            options=_dynamic("dynamicSelectOptions", TICKS),
            params=[],
            **_keeps("localTicks", "object"),
            visible=_unless_empty(TICKS),
        ),
        _node(
            "ButtonBlock", "sends", buttons=[_send("ticks_send", {TICKS: "localTicks"}), _send("form_send", _form_parameters())]
        ),
        _node("ButtonBlock", "answers", buttons=[_button(f"answer{number}", "blue") for number in range(1, ANSWERS + 1)]),
        _node("ButtonBlock", "more", buttons=[_button(f"more{number}", "gray") for number in range(1, MORE + 1)]),
    ]
    names = sorted({child["componentName"] for child in children} | {"StdCard"})
    card = _node("StdCard", "card", cardName=_text("${title}"), showCloseButton=False, actionType="none", visible=None)
    editor = {
        "schemaVersion": "2.0.0",
        "schema": {
            "version": "1.0.0",
            "componentsMap": [_component(name) for name in names],
            "componentsTree": [{**card, "children": children}],
            "i18n": {},
        },
        "mockData": {"cardData": _sample(), "cardPrivateData": {}, "localData": {}},
        "editVersion": 0,
        "customWidgetInfo": "",
        "useCustomWidgetInfo": False,
        "variableList": [_variable(name) for name in VARIABLES],
        "formList": [],
        "expList": [],
        "localList": [
            _local(name) for name in ("localMenu", "localTicks", *(f"local{number}" for number in range(1, FIELDS + 1)))
        ],
        "hsfList": [],
        "lwpList": [],
        "extension": {"extendType": "NORMAL", "fileTypeList": []},
    }
    return {
        "editorData": json.dumps(editor, ensure_ascii=False, separators=(",", ":")),
        "widgetInfo": "",
        "type": "standard",
        "mode": "card",
    }


def _node(component: str, name: str, **props: Any) -> Json:
    props.setdefault("visible", _always())
    return {
        "componentName": component,
        "id": f"node_{name}",
        "props": {key: value for key, value in props.items() if value is not None},
        "title": name,
        "hidden": False,
        "isLocked": False,
        "condition": True,
        "conditionGroup": "",
    }


def _field(number: int) -> list[Json]:
    """A line to write on, or a choice where there are options."""
    name, local = f"field{number}", f"local{number}"
    label = _text(f"${{{name}_label}}")
    line = _node(
        "Input",
        name,
        id=name,
        title=label,
        message=label,
        placeholder=_text(f"${{{name}_hint}}"),
        currentValue=_text(f"${{{name}_value}}"),
        params=[],
        **_keeps(local, "string"),
        visible=_when((f"{name}_label", "isTrue"), (f"{name}_options", "isFalse")),
    )
    choice = _node(
        "SelectBlock",
        f"{name}_choice",
        id=f"{name}_choice",
        placeholder=label,
        options=_dynamic("dynamicSelectOptions", f"{name}_options"),
        params=[],
        **_keeps(local, "object"),
        visible=_unless_empty(f"{name}_options"),
    )
    return [line, choice]


def _button(name: str, color: str) -> Json:
    return _pressable(name, color, {TOKEN: f"{name}_token"})


def _send(name: str, parameters: dict[str, str]) -> Json:
    return _pressable(name, "blue", parameters)


def _pressable(name: str, color: str, parameters: dict[str, str]) -> Json:
    """A button that sends variables back, and is not there when nothing stands on it."""
    return {
        "id": name,
        "text": _text(f"${{{name}}}"),
        "status": "normal",
        "color": color,
        "actionType": "request",
        "actionId": _text(name),
        "params": [_parameter(parameter, variable) for parameter, variable in parameters.items()],
        "visible": _unless_empty(name),
    }


def _form_parameters() -> dict[str, str]:
    keys = {f"field{number}_key": f"field{number}_key" for number in range(1, FIELDS + 1)}
    return {TOKEN: "form_token", **keys, **{f"field{number}": f"local{number}" for number in range(1, FIELDS + 1)}}


def _parameter(name: str, variable: str) -> Json:
    return {"type": "variable", "variable": variable, "value": "", "name": name, "variableType": "global", "id": name}


def _keeps(local: str, kind: str) -> Json:
    variable = {"type": "variableValue", "variableType": "global", "variable": local, "varType": kind}
    return {"actionType": "setLocalState", "localVarAction": variable}


def _text(content: str) -> Json:
    return {"type": "dynamicString", "content": content, "i18n": False}


def _dynamic(kind: str, variable: str) -> Json:
    return {"type": kind, "valueType": "variable", "value": "", "variable": variable, "variableType": "global"}


def _always() -> Json:
    return {"type": "dynamicVisible", "value": True, "valueType": "fixed", "condition": {"op": "and", "conditions": []}}


def _unless_empty(variable: str) -> Json:
    return _when((variable, "isTrue"))


def _when(*conditions: tuple[str, str]) -> Json:
    listed = [
        {
            "value": "",
            "op": op,
            "variable": variable,
            "variableType": "global",
            "type": "variable",
            "valueType": "fixed",
            "valueVariableType": "global",
        }
        for variable, op in conditions
    ]
    return {"type": "dynamicVisible", "value": True, "valueType": "condition", "condition": {"op": "and", "conditions": listed}}


def _variable(name: str) -> Json:
    is_list = name in (MENU, TICKS) or name.endswith("_options")
    kind = "markdown" if name == "text" else "array" if is_list else "string"
    return {"name": name, "private": False, "type": kind, "id": name, "description": "", "editorVarType": "variables"}


def _local(name: str) -> Json:
    return {"name": name, "private": False, "type": "string", "id": name, "description": "", "editorVarType": "localList"}


def _component(name: str) -> Json:
    return {
        "package": PACKAGE,
        "version": "1.0.0",
        "exportName": name,
        "main": "./src/index.tsx",
        "destructuring": False,
        "subName": "",
        "componentName": name,
    }


def _sample() -> Json:
    shown = dict.fromkeys(VARIABLES, "")
    return shown | {
        "title": "Laban",
        "text": "**NPS** (30 → 50) 今天是多少？",
        "answer1": "还是 38",
        "answer1_token": "a.sample.1.same",
        "more1": "稍后",
        "more1_token": "d.pause.",
    }


if __name__ == "__main__":
    FILE.write_text(json.dumps(template(), ensure_ascii=False) + "\n", encoding="utf-8")
