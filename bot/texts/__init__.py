"""Every sentence the bot says: (Language, records) -> str. Whole sentences, named placeholders, escaped values.

Texts are Telegram's HTML; `*_answer` and the labels are plain (callback answers and buttons know no tags).
"""
