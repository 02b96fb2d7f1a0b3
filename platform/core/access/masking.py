"""What a masked field shows: enough to recognise a value, not to use it."""


def mask(text: str) -> str:
    """The text with its middle starred: 13812342077 -> 138****2077, name@host -> n***@host, 秦晨 -> 秦*."""
    if not text:
        return text
    if "@" in text:
        name, _, host = text.partition("@")
        return f"{name[:1]}***@{host}"
    if len(text) >= 8:
        return f"{text[:3]}****{text[-4:]}"
    return text[0] + "*" * (len(text) - 1)
