code=0
campaign-runner plan "$CAMPAIGNS" --env "$TARGET" --changed-since @@base@@ --format markdown > plan.md || code=$?
if ! [ -s plan.md ]; then
  echo '<!-- campaign-runner plan -->' > plan.md
  echo "**No plan.** campaign-runner ended with exit code $code; the job says why." >> plan.md
fi
exit "$code"
