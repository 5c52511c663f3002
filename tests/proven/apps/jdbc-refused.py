# submit: --master local[2] --packages org.postgresql:postgresql:42.7.3
from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("crm_import").getOrCreate()
spark.read.jdbc("jdbc:postgresql://localhost:5433/crm", "customers",
                properties={"user": "etl", "password": "x", "driver": "org.postgresql.Driver"}).show()
