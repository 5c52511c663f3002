# the machine gives the process less address space than the driver's heap asks for
ulimit -v 6000000
touch job.py
"$SPARK_HOME/bin/spark-submit" --master 'local[2]' --driver-memory 12g job.py
