"""World info (lorebooks): texts that join the prompt when the chat mentions what they are about.

``records`` reads an entry as it is stored, ``engine`` decides which entries join (a pure function), ``slots`` puts them
where they belong, ``store`` keeps books, ``bindings`` knows which books count in a chat, ``service`` does all of it for
one prompt. ``formats`` and ``card_book`` read and write the files of others.
"""
