from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("crm_import").getOrCreate()
spark.read.jdbc("jdbc:postgresql://crm-db:5432/crm", "customers", properties={"user": "etl", "password": "x"}).show()
