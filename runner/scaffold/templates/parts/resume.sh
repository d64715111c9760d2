if ! [[ $RESUME =~ ^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$ ]]; then
  echo 'A run ID looks like 20260601T080000Z-1a2b3c4d; it is the name of the journal.' >&2
  exit 64
fi
arguments=(--resume "$STATE/$RESUME.jsonl")
read -ra words <<< "$SETTLE" # several are parted by blanks
for word in "${words[@]}"; do arguments+=(--settle "$word"); done
if [[ ${RETRY_FAILED:-} == [Tt]rue ]]; then arguments+=(--retry-failed); fi
