# two garbage collectors at once
touch job.py
"$SPARK_HOME/bin/spark-submit" --master 'local[2]' --driver-java-options '-XX:+UseG1GC -XX:+UseParallelGC' job.py
