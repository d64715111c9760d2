"""Rules about reading: files, characters and YAML."""

from __future__ import annotations

from runner.catalogue.rule import Rule

READING = (
    Rule(
        "unreadable",
        "A file or folder cannot be read.",
        "It does not exist, may not be read, or is no ordinary file. Check the path, the folder"
        " that the command runs in, and who may read the file. An empty path usually comes from a"
        " variable that is not set.",
    ),
    Rule(
        "no-files",
        "A folder holds no YAML file.",
        "Folders are searched for `*.yaml` and `*.yml`; names that begin with a dot are left out."
        " Name another folder, or name the files.",
    ),
    Rule(
        "link",
        "A symbolic link leads where the search does not follow it.",
        "A pull request can write a link, so one may not lead out of the folder that is searched,"
        " nor to what is hidden in it. Put the file itself there, or name it on the command line."
        " A link to a folder is passed over with a warning.",
    ),
    Rule(
        "same-file",
        "One file was named twice.",
        "It is read once, where it was named first. Name it once.",
        warns=True,
    ),
    Rule(
        "too-large",
        "Something is larger than can be read or sent.",
        "Files, their depth and number of values, and the body of a signal have limits. Split the"
        " file into several, or write less text into the signal.",
    ),
    Rule(
        "too-many",
        "A file has so many problems that only the first are shown.",
        "They often have one cause, such as an indentation that is wrong from some line on. Mend"
        " the first ones and check again.",
    ),
    Rule(
        "encoding",
        "A file is not UTF-8.",
        "Save it as UTF-8. Editors call this the encoding of a file.",
    ),
    Rule(
        "control-character",
        "A character stands there that no editor shows.",
        "It often comes from text that was copied from elsewhere, and it could hide what a file"
        " really says. Remove it; the message names the character.",
    ),
    Rule(
        "yaml",
        "The text is not YAML.",
        "It cannot be read from this place on, so what follows was not checked. Often a quote or a"
        " bracket is missing, or a line is indented by tabs or by too few blanks.",
    ),
    Rule(
        "empty",
        "Something is empty that has to hold a value.",
        "Write a value, or remove the key. A file, a document or a list without content is refused,"
        " since it is rarely meant.",
    ),
    Rule(
        "alias",
        "An alias names an anchor that cannot be used.",
        "The anchor (`&name`) has to stand above the alias (`*name`), and may not contain itself."
        " Write the value out where in doubt. Text that begins with `*` or `&` needs quotes.",
    ),
    Rule(
        "merge-key",
        "The key `<<` merges something that is no mapping.",
        "Write `<<: *name`, or `<<: [*first, *second]`, where each name stands for a mapping.",
    ),
    Rule(
        "duplicate-key",
        "A key stands twice in one mapping.",
        "YAML readers would keep only one of the two without a word. Keep the one that is meant."
        " Several commands are several actions, each with a dash of its own.",
    ),
    Rule(
        "key",
        "A key is not text.",
        "YAML reads some words and numbers as other values: `no` as false, `123` as a number. Put"
        " the key in quotes.",
    ),
    Rule(
        "tag",
        "A YAML tag stands before a value.",
        "Tags such as `!!python/object` may run code in other programs. Only plain values are read"
        " here: remove the tag.",
    ),
    Rule(
        "date",
        "YAML reads a value as a date.",
        "No key takes a date. Put the value in quotes, and it is text.",
    ),
    Rule(
        "number",
        "A number is too large, or is no finite number.",
        "It cannot be used as it stands. If it is text, such as a long ID, put it in quotes.",
    ),
)
