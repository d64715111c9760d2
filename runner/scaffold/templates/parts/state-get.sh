git init --quiet .state
git -C .state remote add origin "$REMOTE"
found=0
git -C .state ls-remote --exit-code origin "refs/heads/$STATE_BRANCH" > /dev/null || found=$?
case $found in
  0) git -C .state fetch --quiet --depth 1 origin "refs/heads/$STATE_BRANCH"
     git -C .state checkout --quiet -B "$STATE_BRANCH" FETCH_HEAD ;;
  2) git -C .state checkout --quiet --orphan "$STATE_BRANCH" ;; # the runner refuses to begin without --init-state
  *) exit "$found" ;;
esac
