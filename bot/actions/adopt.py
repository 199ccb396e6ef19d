"""An import names people of a platform by their id alone, without the tenant: whoever then comes by the only tenant there is, is meant."""

from __future__ import annotations

from dataclasses import replace

from bot.chat.incoming import Incoming
from bot.ports import Deps, PutAccount, Turn

UNNAMED_TENANT = ""


async def adopt(incoming: Incoming, deps: Deps) -> bool:
    """Give an imported account the tenant its person has come by; whether there was one. For platforms with a single tenant only: with
    several, the same id may be two people's."""
    if incoming.sender.tenant == UNNAMED_TENANT:
        return False
    imported = replace(incoming, sender=replace(incoming.sender, tenant=UNNAMED_TENANT))
    known = await deps.reading.known(imported)
    if known.account is None:
        return False
    account = replace(known.account, tenant=incoming.sender.tenant, chat_id=incoming.place.chat_id)
    await deps.work.save(Turn(deps.clock.now(), changes=(PutAccount(account),)))
    return True
