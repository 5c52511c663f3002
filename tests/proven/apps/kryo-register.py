# submit: --master local[2] --conf spark.serializer=org.apache.spark.serializer.KryoSerializer --conf spark.kryo.classesToRegister=com.acme.model.Order
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("orders").getOrCreate()
print(spark.sparkContext.parallelize(range(10)).count())
