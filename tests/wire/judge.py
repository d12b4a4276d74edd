"""Compare what came back for a case with what the RFCs allow."""

from dataclasses import dataclass
from enum import Enum

from wire.answers import Answer
from wire.cases import Case
from wire.exchange import End, Exchange


class Verdict(Enum):
    """How well the server did."""

    RIGHT = "as the RFC asks"
    ALTERNATIVE = "safe, but not what the RFC asks for"
    WRONG = "wrong"


@dataclass
class Judgement:
    """A verdict and what it rests on."""

    verdict: Verdict
    reason: str = ""


def judge(case: Case, exchange: Exchange) -> Judgement:
    """Apply the rules of the table, the gravest first."""
    token = exchange.token
    if len(exchange.final) > case.max_responses:
        return Judgement(Verdict.WRONG, f"{len(exchange.final)} responses")
    if not matches(token, case.expect + case.alt):
        return Judgement(Verdict.WRONG, f"got {token}, want {case.expect}")
    if token.startswith("2") and (complaint := judge_request(case, exchange)):
        return Judgement(Verdict.WRONG, complaint)
    judgement = judge_connection(case, exchange)
    if judgement.verdict is Verdict.RIGHT and not matches(token, case.expect):
        return Judgement(Verdict.ALTERNATIVE, f"got {token}, want {case.expect}")
    return judgement


def matches(token: str, allowed: list[str]) -> bool:
    return any(
        want == token
        or (want == "final" and token.isdigit() and token != "100")
        or (want.endswith("xx") and token.isdigit() and token[0] == want[0])
        for want in allowed
    )


def judge_connection(case: Case, exchange: Exchange) -> Judgement:
    """Whether the connection was closed, or kept alive, as it had to be."""
    is_closed = exchange.end is End.CLOSED
    if case.close == "yes" and not is_closed and exchange.token not in {"h2", "timeout"}:
        grave = case.level == "MUST"
        return Judgement(Verdict.WRONG if grave else Verdict.ALTERNATIVE, "not closed")
    if case.close == "no" and matches(exchange.token, case.expect):
        if len(exchange.final) < case.max_responses:
            return Judgement(Verdict.WRONG, f"only {len(exchange.final)} responses")
        if is_closed:
            return Judgement(Verdict.ALTERNATIVE, "closed instead of kept alive")
        if not exchange.is_last_answered:
            return Judgement(Verdict.WRONG, "the next request was not answered")
    return Judgement(Verdict.RIGHT)


def judge_request(case: Case, exchange: Exchange) -> str:
    """What is wrong with the request that the application saw, or nothing."""
    want = case.if_2xx
    if want.get("no_1xx") and exchange.interim:
        return "an interim response was sent"
    answer = exchange.final[0]
    if not answer.seen:
        return ""
    for key in ("body", "path"):
        if key in want and answer.seen[key] != want[key]:
            return f"{key} is {answer.seen[key]!r}"
    fields = joined_fields(answer)
    if want.get("no_header") in fields:
        return f"header {want['no_header']} was seen"
    name, allowed = want.get("header", ("", [None]))
    return "" if fields.get(name) in allowed else f"header {name} is {fields.get(name)!r}"


def joined_fields(answer: Answer) -> dict[str, str]:
    """The header fields, those of one name joined as RFC 9110, section 5.3, has it."""
    fields: dict[str, str] = {}
    headers = answer.seen["headers"]
    assert isinstance(headers, list)
    for name, value in headers:
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields
