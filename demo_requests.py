"""What the people of the demo ask the API: its GraphQL documents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_LIST = """query ($where: FeedbackWhere, $by: FeedbackOrder, $first: Int) {
  feedbacks(where: $where, orderBy: $by, first: $first) { nodes { code language round receivedAt %s } } }"""
_STEP = "step kind seq enteredAt acceptedAt form { key kind required requiredFor options { key } }"


@dataclass(frozen=True)
class Page:
    """A list of items: its document, and which page of it."""

    document: str
    variables: Mapping[str, Any]


NEWEST = Page(
    _LIST % "survey { answeredAt } step { step kind seq enteredAt }",
    {"by": {"field": "RECEIVED_AT", "direction": "DESC"}, "first": 100},
)
FIRST_DUE = Page(
    _LIST % f"step {{ {_STEP} branches {{ {_STEP} endedAt owner {{ key }} }} }}",
    {"by": {"field": "DUE_AT", "direction": "ASC"}, "first": 30},
)
SUBMIT = """mutation ($input: SubmitFeedbackInput!) {
  done: submitFeedback(input: $input) { feedback { code receivedAt } userErrors { code message } } }"""
LINKED = "query ($state: LinkedState) { linkedItems(state: $state, first: 50) { nodes { key system openedAt } } }"
ADVANCE = """mutation ($input: AdvanceLinkedItemInput!) {
  done: advanceLinkedItem(input: $input) { userErrors { code message } } }"""
QUEUES = "{ me { teams { key queue { waiting } } } }"
CLAIM = "mutation ($input: ClaimNextInput!) { done: claimNext(input: $input) { userErrors { code message } } }"
ACTS = {
    verb: f"""mutation ($input: {name}!) {{ done: {verb}(input: $input) {{ userErrors {{ code message }} }} }}"""
    for verb, name in {
        "accept": "AcceptInput",
        "completeStep": "CompleteStepInput",
        "reply": "ReplyInput",
        "confirm": "ConfirmInput",
        "customerReply": "CustomerReplyInput",
        "reopen": "ReopenInput",
        "waitForCustomer": "WaitForCustomerInput",
        "changePriority": "ChangePriorityInput",
        "addNote": "AddNoteInput",
        "addTag": "AddTagInput",
        "answerSurvey": "AnswerSurveyInput",
    }.items()
}
