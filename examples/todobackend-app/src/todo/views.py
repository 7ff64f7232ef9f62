"""The application's interface: JSON in, JSON out."""

import json

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET, require_http_methods

from todo.models import Todo

FIELDS = {"title": str, "completed": bool, "order": int}


@require_GET
def health(request: HttpRequest) -> HttpResponse:
    """Answer the load balancer, which asks whether the application is there."""
    return JsonResponse({"todos": "/todos"})


@require_http_methods(["GET", "POST", "DELETE"])
def todos(request: HttpRequest) -> HttpResponse:
    """List all things to do, add one, or remove all."""
    if request.method == "GET":
        found = Todo.objects.order_by("order", "pk")
        return JsonResponse([todo.as_json() for todo in found], safe=False)
    if request.method == "DELETE":
        Todo.objects.all().delete()
        return HttpResponse(status=204)
    return _save(Todo(), request, created=True)


@require_http_methods(["GET", "PATCH", "DELETE"])
def todo(request: HttpRequest, number: int) -> HttpResponse:
    """Show, change or remove one thing to do."""
    found = get_object_or_404(Todo, pk=number)
    if request.method == "GET":
        return JsonResponse(found.as_json())
    if request.method == "DELETE":
        found.delete()
        return HttpResponse(status=204)
    return _save(found, request, created=False)


def _save(item: Todo, request: HttpRequest, *, created: bool) -> HttpResponse:
    try:
        said = json.loads(request.body)
        for field, kind in FIELDS.items():
            if field in said:
                if not isinstance(said[field], kind):
                    raise ValueError(f"{field} must be of type {kind.__name__}")
                setattr(item, field, said[field])
        item.full_clean()
    except (ValueError, TypeError) as error:
        return JsonResponse({"error": str(error)}, status=400)
    except ValidationError as error:
        return JsonResponse({"error": error.message_dict}, status=400)
    item.save()
    return JsonResponse(item.as_json(), status=201 if created else 200)
