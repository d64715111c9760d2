arguments=("$CAMPAIGNS" --env "$TARGET" --once --state-dir "$STATE")
if [[ ${INIT_STATE:-} == [Tt]rue ]]; then arguments+=(--init-state); fi
