-- What was said last in a chat: where buttons cannot be shown, their words are typed, and what they stand for is looked up there.

CREATE INDEX outbox_said ON outbox (lane, id) WHERE state <> 'dead';
