"""The design system and the shell: base pages, navigation, components, and the behaviours of the browser."""
