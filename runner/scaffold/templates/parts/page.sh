if [ -s report.json ]; then
  campaign-runner report report.json --format html --out report.html
else
  echo 'There is no report: the run did not begin.'
fi
