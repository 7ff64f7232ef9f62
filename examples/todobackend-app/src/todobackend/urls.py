"""Where requests go."""

from django.urls import path
from todo import views

urlpatterns = [
    path("", views.health),
    path("todos", views.todos),
    path("todos/<int:number>", views.todo),
]
