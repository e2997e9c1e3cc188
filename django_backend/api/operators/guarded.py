"""Calls that are there for operators alone, and for programs that make agents."""

from __future__ import annotations

from operators.authentication import MAKERS, OPERATORS
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView
from visitors.rates import AddressRate


class ForOperators(APIView):
    """What operators reach; `only` says of each call which of them."""

    authentication_classes = OPERATORS
    permission_classes = [AllowAny]
    throttle_classes = [AddressRate]


class ForMakers(ForOperators):
    """The same for programs, too, whose keys are for agents."""

    authentication_classes = MAKERS
