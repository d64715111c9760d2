post {
  always { // also where the run failed or was aborted
    catchError(stageResult: 'FAILURE') { // what is there is archived, whatever becomes of the page
      sh '''#!/usr/bin/env bash
        set -euo pipefail
        PATH=$PWD/.venv/bin:$PATH
        mkdir -p journals
        if [ -d "$STATE" ]; then find "$STATE" -name '*.jsonl' -newer .venv/pyvenv.cfg -exec cp {} journals/ ';'; fi
        @@include page.sh@@
        if [ -s report.json ]; then campaign-runner report report.json --format junit --out junit.xml; fi
      '''
    }
    archiveArtifacts artifacts: 'report.json, report.html, journals/*.jsonl', allowEmptyArchive: true
    junit testResults: 'junit.xml', allowEmptyResults: true
  }
}
