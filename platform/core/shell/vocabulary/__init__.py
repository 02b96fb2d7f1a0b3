"""The words of `{% load shell %}`, by noun; what each is for stands in `core.shell.templatetags.shell`."""
