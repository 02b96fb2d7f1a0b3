"""Addresses of the inbox."""

from django.urls import path

from core.live import views

app_name = "live"
urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/bell/", views.bell, name="bell"),
    path("inbox/read/", views.mark_all_read, name="read_all"),
    path("inbox/<int:pk>/open/", views.open_notification, name="open"),
    path("inbox/<int:pk>/delete/", views.delete, name="delete"),
    path("inbox/<int:pk>/read/", views.mark_read, name="read"),
]
