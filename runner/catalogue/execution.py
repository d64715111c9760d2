"""Rules about plans and runs: guardrails, reviewed plans, journals, and what is done once."""

from __future__ import annotations

from runner.catalogue.rule import Rule

_OVERRIDE = (
    " It is changed where it is set, in a reviewed change; in an emergency whoever runs the command"
    " lifts it with `--override` and `--reason`, which the report records."
)

EXECUTION = (
    Rule(
        "organization",
        "The organization is missing, or is not there.",
        "A live plan and a run need to know whom they speak to. Write `organization` into the file"
        " or its environment, or set `CAMPAIGN_STANDARD_TENANT_ID`. In a file of faults, name an"
        " organization that the sandbox has.",
    ),
    Rule(
        "desired",
        "A desired state can be brought about, with something to know.",
        "The message says what was seen and what follows, such as a workflow that has finished and"
        " is left alone.",
        warns=True,
    ),
    Rule(
        "protect",
        "A command is refused for a workflow that is protected.",
        f"The guardrail `protect` names it.{_OVERRIDE}",
    ),
    Rule(
        "allow",
        "A command is not one of those that are allowed.",
        f"The guardrail `allow` lists the actions that may be used.{_OVERRIDE}",
    ),
    Rule(
        "max_commands",
        "There are more commands than a guardrail allows.",
        f"Split the work into several runs, or select a part of it.{_OVERRIDE}",
    ),
    Rule(
        "max_stops",
        "There are more stops than a guardrail allows.",
        f"Split the work into several runs, or select a part of it.{_OVERRIDE}",
    ),
    Rule(
        "max_active",
        "More workflows would be active at the same time than is allowed or advised.",
        "Campaign queues executions beyond its limits. Stop or pause some first, wait for the end"
        f" of some, or start fewer.{_OVERRIDE} Without this guardrail, more than Adobe advises is a"
        " warning.",
    ),
    Rule(
        "windows",
        "It is not the time for runs.",
        "No window of the guardrail `windows` is open now; the message says when one is."
        f"{_OVERRIDE}",
    ),
    Rule(
        "organizations",
        "The policy does not allow this organization.",
        f"The policy lists the organizations that files may name.{_OVERRIDE}",
    ),
    Rule(
        "merge",
        "Reports do not belong together, or not all of them are there.",
        "`report --merge` takes the reports of the shards of one plan, each of them once: of the"
        " same files, environment, mode and address. Run the shard again that is missing or"
        " differs, or leave out what is of another run.",
    ),
    Rule(
        "reviewed-plan",
        "What would be sent is not what was reviewed.",
        "A file, the environment or a state has changed since the plan was made, or the plan cannot"
        " be read. Make the plan again, and have it reviewed.",
    ),
    Rule(
        "changed-since",
        "A file was modified whose actions were carried out before.",
        "With `--changed-since`, only the actions of added files run, so that a merge repeats"
        " nothing. Write what is to be done now into a new file, or allow it with"
        " `--allow-modified`.",
    ),
    Rule(
        "report",
        "A report cannot be read.",
        "It is no report, is cut short, or is of a version that this campaign-runner does not know."
        " Name the file that a run wrote, and use the version that wrote it or a newer one.",
    ),
    Rule(
        "command-failed",
        "A command of a run failed.",
        "The message says what Campaign answered. Mend the cause, then go on with"
        " `run --resume JOURNAL --retry-failed`.",
    ),
    Rule(
        "outcome-unknown",
        "Nobody knows whether a command of a run took effect.",
        "Its answer was lost, and the state does not tell. Look at the workflow in Campaign, then"
        " say what you found with `run --resume JOURNAL --settle COMMAND=sent` or `=not-sent`.",
    ),
    Rule(
        "journal",
        "A run cannot go on by this journal.",
        "It cannot be read, belongs to other files, or to another run. Restore the files as they"
        " were, name the right journal, or begin a new run.",
    ),
    Rule(
        "once",
        "A file was done before, in part or with another content.",
        "With `--once`, a file is done one time. Write what is to be done now into a new file, go"
        " on with the run that did a part of it by `--resume`, or repeat it with `--again`.",
    ),
    Rule(
        "faults",
        "A file of faults is not one document.",
        "Remove the `---` in it, and join its documents.",
    ),
    Rule(
        "action",
        "A fault is for an action that the sandbox does not have.",
        "Write one of the actions that the message names.",
    ),
    Rule(
        "workflow",
        "A fault is for a workflow that the sandbox does not have.",
        "Its rule would never count. Write the ID of a workflow that is there.",
    ),
)
