# the scratch directory's parent is a plain file
touch scratch
cat > job.py <<'P'
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("nightly").getOrCreate()
P
"$SPARK_HOME/bin/spark-submit" --master 'local[2]' --conf spark.local.dir=scratch/spark job.py
