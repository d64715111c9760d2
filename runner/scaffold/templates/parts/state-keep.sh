cd .state
git add --all
if git diff --cached --quiet; then
  echo 'There is no new journal.'
  exit
fi
git -c user.name=campaign-runner -c user.email=campaign-runner@localhost \
  commit --quiet --message "Run of $COMMIT"
git push --quiet origin "HEAD:refs/heads/$STATE_BRANCH"
