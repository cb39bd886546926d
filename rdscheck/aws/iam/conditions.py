"""Conditions of statements, operator by operator; what is not evaluated is an error.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import ipaddress
from collections.abc import Callable, Iterable
from decimal import Decimal, InvalidOperation

from rdscheck.aws.iam.document import Condition
from rdscheck.aws.iam.patterns import Context, Pattern
from rdscheck.errors import UnevaluatedCondition

#: Whether a value of the request fits a value of the policy, in which variables may stand.
_Test = Callable[[str, str, Context | None], bool]


def holds(conditions: Iterable[Condition], context: Context, *, variables: bool = True) -> bool:
    """Tell whether all conditions hold: each key, and for each key one of its values.

    Raises ``UnevaluatedCondition`` unless a condition that is evaluated says no anyway.
    """
    unknown: UnevaluatedCondition | None = None
    for condition in conditions:
        try:
            if not _holds(condition, context, variables=variables):
                return False
        except UnevaluatedCondition as error:
            unknown = unknown or error
    if unknown is not None:
        raise unknown
    return True


def _holds(condition: Condition, context: Context, *, variables: bool) -> bool:
    name = condition.operator.lower()
    if name == "null":
        return _null(condition, context)
    try:
        test, negated = _OPERATORS[name]
    except KeyError:
        raise UnevaluatedCondition(
            f"the condition operator {condition.operator!r} (on {condition.key}) is not evaluated",
            hint=f"known are {', '.join(sorted((*_OPERATORS, 'null')))}",
        ) from None
    value = context.get(condition.key)
    if value is None:
        if condition.if_exists or condition.quantifier == "forallvalues":
            return True
        # Of a value that is not there it is true that it is none of those.
        return negated and not condition.quantifier
    if isinstance(value, tuple) and not condition.quantifier:
        raise UnevaluatedCondition(f"{condition.key} has several values, and the condition no ForAnyValue")
    values = (value,) if isinstance(value, str) else value
    known = context if variables else None

    def fits(one: str) -> bool:
        return any(test(one, wanted, known) for wanted in condition.values) is not negated

    if condition.quantifier == "forallvalues":
        return all(fits(one) for one in values)
    return any(fits(one) for one in values)


def _null(condition: Condition, context: Context) -> bool:
    if (
        condition.quantifier
        or condition.if_exists
        or {each.lower() for each in condition.values} - {"true", "false"}
    ):
        raise UnevaluatedCondition(f"Null on {condition.key} is evaluated with true or false only")
    absent = context.get(condition.key) is None
    return any((each.lower() == "true") == absent for each in condition.values)


def _equals(value: str, wanted: str, context: Context | None) -> bool:
    return Pattern.read(wanted, context, wildcards=False).matches(value)


def _equals_any_case(value: str, wanted: str, context: Context | None) -> bool:
    return Pattern.read(wanted, context, wildcards=False).matches(value, fold=True)


def _like(value: str, wanted: str, context: Context | None) -> bool:
    return Pattern.read(wanted, context).matches(value)


def _arn(value: str, wanted: str, context: Context | None) -> bool:
    """Compare two ARNs part by part, so that a star does not reach over a colon of the first five."""
    # A variable may hold colons of its own: first the parts, then what stands in them.
    parts, others = value.split(":", 5), _arn_parts(wanted)
    return len(parts) == len(others) == 6 and all(
        Pattern.read(other, context).matches(part) for part, other in zip(parts, others, strict=True)
    )


def _arn_parts(text: str) -> list[str]:
    """Split at colons that do not belong to a variable such as ``${aws:PrincipalAccount}``."""
    parts, depth = [""], 0
    for at, char in enumerate(text):
        depth += (char == "{" and text[at - 1 : at] == "$") - (char == "}" and depth > 0)
        if char == ":" and not depth and len(parts) < 6:
            parts.append("")
        else:
            parts[-1] += char
    return parts


def _bool(value: str, wanted: str, context: Context | None) -> bool:
    return value.lower() == _value(wanted, context).lower()


def _address(value: str, wanted: str, context: Context | None) -> bool:
    try:
        network = ipaddress.ip_network(_value(wanted, context), strict=False)
        address = ipaddress.ip_address(value)
    except ValueError as error:
        raise UnevaluatedCondition(f"no range of addresses: {error}") from error
    return address.version == network.version and address in network


def _number(compare: Callable[[Decimal, Decimal], bool]) -> _Test:
    def test(value: str, wanted: str, context: Context | None) -> bool:
        try:
            left, right = Decimal(value), Decimal(_value(wanted, context))
        except InvalidOperation as error:
            raise UnevaluatedCondition(f"{value!r} or {wanted!r} is no number") from error
        if left.is_nan() or right.is_nan():
            raise UnevaluatedCondition(f"{value!r} or {wanted!r} is no number")
        return compare(left, right)

    return test


def _value(text: str, context: Context | None) -> str:
    return "".join(piece for _, piece in Pattern.read(text, context, wildcards=False).pieces)


_EQUAL = _number(lambda left, right: left == right)

#: Operator -> its test, and whether it asks for the opposite. IfExists and ForAnyValue are apart.
_OPERATORS: dict[str, tuple[_Test, bool]] = {
    "stringequals": (_equals, False),
    "stringnotequals": (_equals, True),
    "stringequalsignorecase": (_equals_any_case, False),
    "stringnotequalsignorecase": (_equals_any_case, True),
    "stringlike": (_like, False),
    "stringnotlike": (_like, True),
    "arnequals": (_arn, False),
    "arnlike": (_arn, False),
    "arnnotequals": (_arn, True),
    "arnnotlike": (_arn, True),
    "bool": (_bool, False),
    "ipaddress": (_address, False),
    "notipaddress": (_address, True),
    "numericequals": (_EQUAL, False),
    "numericnotequals": (_EQUAL, True),
    "numericlessthan": (_number(lambda left, right: left < right), False),
    "numericlessthanequals": (_number(lambda left, right: left <= right), False),
    "numericgreaterthan": (_number(lambda left, right: left > right), False),
    "numericgreaterthanequals": (_number(lambda left, right: left >= right), False),
}
