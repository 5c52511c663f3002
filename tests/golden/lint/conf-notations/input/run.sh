#!/bin/bash
# spark-submit --conf spark.executor.cores=x
CMD="spark-submit --conf spark.executor.cores=x app.py"
spark-submit \
  --master yarn --deploy-mode cluster --driver-memory 4096 \
  --conf "spark.executor.extraJavaOptions=-XX:+UseG1GC -Dspark.x=1" \
  $EXTRA --conf spark.executor.cores=3.5 app.py --conf spark.not=1
OPTS="--conf spark.executor.cores=z"
cat > conf/spark-defaults.conf <<X
spark.executor.memory 4 g
X
