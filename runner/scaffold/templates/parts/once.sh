arguments=("$CAMPAIGNS" --env "$TARGET" --once --state-dir "$STATE")
if [ "${INIT_STATE,,}" = true ]; then arguments+=(--init-state); fi
