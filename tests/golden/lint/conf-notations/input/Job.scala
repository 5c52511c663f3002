val spark = SparkSession.builder()
  .master("local[*]")
  .config("spark.driver.memory", "2g")
  .config("spark.executor.cores", "x") // set("spark.y", 1)
  .getOrCreate()
val c = 'x'
val m = Map("spark.executor.memory" -> "1.5g", "spark.executor.cores" -> s"$n")
spark.conf.set("spark.sql.shuffle.partitions", 0)
