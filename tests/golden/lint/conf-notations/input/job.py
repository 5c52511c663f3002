from pyspark import SparkConf
# SparkConf().set("spark.executor.cores", "x")
conf = SparkConf().setAll([("spark.executor.memory", "1.5g"), ("spark.executor.cores", 4)])
conf.set("spark.task.cpus", "8")
conf.set("spark.executor.memory", f"{mem}g").set('spark.driver.memory', "2g")
conf["spark.sql.shuffle.partitions"] = "x"
n = conf.get("spark.executor.memroy", "1g")
op = SparkSubmitOperator(conf={"spark.driver.memory": "2g", "spark.executor.memoryOverhed": "1g"})
b = BashOperator(bash_command="""
  spark-submit --conf spark.executor.cores=x \\
     --conf spark.executor.memory={{ params.mem }} --driver-memory 4gb a.py
""")
os.environ["PYSPARK_SUBMIT_ARGS"] = "--conf spark.executor.cores=y pyspark-shell"
subprocess.run(["spark-submit", "--conf", "spark.executor.cores=" + n, "--executor-memory", "4 g", path])
df = spark.read.option("password", "hunter22").option("url", "jdbc:mysql://h/db?user=a&password=Zo8dkqu1").load()
spark.conf.set("spark.sql.warehouse.dir", "/x")
spark.conf.set("spark.sql.ansi.enabled", True)
