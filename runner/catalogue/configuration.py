"""Rules about what a configuration says."""

from __future__ import annotations

from runner.catalogue.rule import Rule

CONFIGURATION = (
    Rule(
        "version",
        "The version of the format is not known.",
        "Write `version: 1`. A file of a later version needs a newer campaign-runner.",
    ),
    Rule(
        "missing-key",
        "A key is missing that has to be there.",
        "Add it; the message shows an example.",
    ),
    Rule(
        "unknown-key",
        "A key is not known at this place.",
        "It may be misspelt, or belong one level higher or lower. An unknown key is never passed"
        " over, since a misspelt setting would then have no effect.",
    ),
    Rule(
        "type",
        "A value is of the wrong kind.",
        "For example, a list stands where text must stand, or a duration has no unit. The message"
        " says what to write.",
    ),
    Rule(
        "quotes",
        "YAML reads a value as something else than the text that is meant.",
        "Without quotes, `0123` is a number, `yes` is a boolean and `18:00` is 1080. Put the value"
        " in quotes.",
    ),
    Rule(
        "value",
        "A value is not one of those that are possible.",
        "The message says what may stand there, and names the nearest word where one was likely"
        " misspelt.",
    ),
    Rule(
        "one-command",
        "An action has no command, or more than one.",
        "Each action says one thing: `start`, `stop`, `pause`, `resume`, `signal` or a `wait`."
        " Write an action of its own for each; they run from top to bottom.",
    ),
    Rule(
        "twice",
        "The same thing stands twice in one list.",
        "Remove it once. A workflow that is meant to get the same command twice needs two actions.",
    ),
    Rule(
        "both",
        "A workflow is told what to do in two ways.",
        "It stands in `actions` and in `desired`, or is desired by two documents. What should be"
        " true of it would depend on who comes last. Keep one of the two.",
    ),
    Rule(
        "contradiction",
        "An action undoes the one before it.",
        "Commands take effect some time after they were accepted, so a stop right after a start may"
        " meet a workflow that has not started yet. Remove one, or let the first one wait for its"
        " effect with `wait`.",
        warns=True,
    ),
    Rule(
        "wait",
        "A wait can never come true.",
        "A workflow never reaches this state by this command: a stopped one does not become paused."
        " Write the state that the command leads to.",
    ),
    Rule(
        "duration",
        "A duration is too short or too long for its purpose.",
        "The message names the limits. A `poll` has to fit into the `timeout` of its wait.",
    ),
    Rule(
        "without-meaning",
        "A setting has no meaning beside this desired state.",
        "For example, `allow_start` belongs to `state: paused`. Remove it, or change the state.",
    ),
    Rule(
        "turned-round",
        "State and workflow have changed places.",
        "In `desired`, the workflow stands before the colon and the state behind it:"
        " `WKF1: started`.",
    ),
    Rule(
        "undeclared",
        "A signal is not declared as it is sent.",
        "`signals` lists the activities and parameters of this workflow, and this one is not among"
        " them. It may be misspelt; else add it to `signals`.",
    ),
    Rule(
        "auth",
        "Two ways to log in stand together.",
        "Keep `access_token` or `oauth`, whichever is used.",
    ),
    Rule(
        "literal-secret",
        "A secret stands in the file.",
        "Whoever can read the repository can use it, also after it is removed, since git keeps it."
        " Replace the secret itself, and write a reference, such as"
        " `${env:CAMPAIGN_CLIENT_SECRET}`.",
    ),
    Rule(
        "reference",
        "A reference to a secret may not stand here, or not like this.",
        "References stand only under `auth`, and name a variable that begins with `CAMPAIGN_` or a"
        " file under `/run/secrets`. Others are allowed by whoever runs the command, with"
        " `--allow-env` or `--allow-secret-file`.",
    ),
    Rule(
        "unknown-environment",
        "The environment that was asked for is not in this file.",
        "The base is no substitute for it. Add it under `environments`, correct `--env`, or leave"
        " it out.",
    ),
    Rule(
        "glob",
        "A pattern can match nothing.",
        "A range in it runs backwards. Write the lower character first: `[0-9]`.",
    ),
    Rule(
        "timezone",
        "A time zone is not known.",
        "Write a name of the IANA time zone database, such as `Europe/Berlin`.",
    ),
    Rule(
        "window",
        "A window opens and closes at the same time.",
        "Write another time, or neither `from` nor `to` where the whole day is meant.",
    ),
    Rule(
        "policy",
        "The policy is not one document of one file.",
        "Which of several would count would be a guess. Name one file that holds one document.",
    ),
)
