"""The words and the keys of the desk."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render

from recaudo.desk.doors import DeskRequest, open_to


@open_to()
def help_page(request: DeskRequest) -> HttpResponse:
    return render(request, "desk/help.html")
