from pyspark.sql import SparkSession

spark = SparkSession.builder.appName("masking").getOrCreate()
masker = spark._jvm.com.acme.privacy.Masker("salt")
print(masker.mask("ada@example.org"))
