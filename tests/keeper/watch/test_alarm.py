"""Which alerts are sent, and when: once per trouble, when it has lasted, when it is over, and not too many."""

from offchain.keeper.watch.alarm import (
    CLEAR_SECONDS,
    HOLD_SECONDS,
    MOST_KNOWN,
    MOST_MESSAGES,
    WITHIN_SECONDS,
    Alarm,
    Message,
)
from offchain.keeper.watch.status import AlertStatus


def alert(kind: str = "node", key: str = "", text: str = "lost") -> AlertStatus:
    return AlertStatus(kind, key or kind, text, False)


def test_each_is_sent_once_while_it_lasts_and_once_when_it_is_over() -> None:
    alarm = Alarm()
    assert alarm.update([], 0) == []
    assert alarm.update([alert()], 10) == [Message("Alert: node", "lost", False)]
    for second in range(11, 2_000, 5):
        assert alarm.update([alert(text=f"lost {second}")], second) == []
    last = 1_996
    assert alarm.update([], last + CLEAR_SECONDS - 1) == []
    assert alarm.update([], last + CLEAR_SECONDS) == [Message("Over: node", "lost 1996", True)]
    assert alarm.update([], last + 10 * CLEAR_SECONDS) == []


def test_what_comes_and_goes_is_one_trouble() -> None:
    """A node that fails every other minute does not ring every other minute."""
    alarm, sent = Alarm(), []
    for minute in range(60):
        sent += alarm.update([alert()] if minute % 2 else [], 60 * minute)
    assert [one.title for one in sent] == ["Alert: node"]


def test_it_is_sent_again_when_it_had_been_over() -> None:
    alarm = Alarm()
    assert len(alarm.update([alert()], 0)) == 1
    assert len(alarm.update([], CLEAR_SECONDS)) == 1
    assert len(alarm.update([alert()], CLEAR_SECONDS + 1)) == 1


def test_a_kind_that_has_to_last_is_not_sent_before() -> None:
    """Nor that it is over, if it never was sent."""
    hold = HOLD_SECONDS["opening"]
    alarm = Alarm()
    assert alarm.update([alert("opening")], 0) == []
    assert alarm.update([alert("opening")], hold - 1) == []
    assert alarm.update([], hold - 1 + CLEAR_SECONDS) == []
    assert alarm.update([alert("opening")], 5_000) == []
    assert len(alarm.update([alert("opening")], 5_000 + hold)) == 1


def test_what_was_seen_once_is_not_taken_to_last() -> None:
    alarm = Alarm()
    assert alarm.update([alert("opening")], 0) == []
    assert alarm.update([], HOLD_SECONDS["opening"] + 1) == []


def test_no_more_than_so_many_are_sent_and_those_withheld_are_counted() -> None:
    """Nor are they sent later one by one; how many there were is told with the next."""
    alarm = Alarm()
    many = [alert("deadline", f"lot {number}") for number in range(MOST_MESSAGES + 30)]
    assert len(alarm.update(many, 0)) == MOST_MESSAGES
    assert alarm.update(many, 1) == []
    assert alarm.update([*many, alert()], WITHIN_SECONDS - 1) == []
    (next_,) = alarm.update([*many, alert("money")], WITHIN_SECONDS)
    assert next_.title == "Alert: money"
    assert "(31 messages before this one were withheld)" in next_.body


def test_what_is_known_is_bounded() -> None:
    """Anybody can list lots."""
    alarm = Alarm()
    alarm.update([alert("deadline", f"lot {number}") for number in range(3 * MOST_KNOWN)], 0)
    assert len(alarm._known) == MOST_KNOWN
