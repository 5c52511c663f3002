"""Small jobs that fail under one setting and pass under another."""
import sys

from pyspark.sql import SparkSession, functions as F

which = sys.argv[1]
spark = SparkSession.builder.appName("nightly_" + which).getOrCreate()
orders = spark.range(0, 1000).withColumn("shop", F.col("id") % 7)


def cross():
    shops = spark.range(0, 7).withColumnRenamed("id", "shop_id")
    return orders.join(shops).count()


def ancient():
    old = spark.sql("select timestamp '1000-01-01 00:00:00' as founded, id from range(3)")
    old.write.mode("overwrite").option("compression", "none").parquet("founded.parquet")
    return spark.read.parquet("founded.parquet").count()


def pattern():
    days = spark.createDataFrame([("Fri 05 Mar 2021",)], "day string")
    return days.select(F.to_date("day", "E dd MMM yyyy")).collect()


def pivot():
    wide = spark.range(0, 12000).withColumn("sku", F.col("id"))
    return len(wide.groupBy().pivot("sku").count().columns)


def divide():
    return orders.select(F.sum(F.col("id") / (F.col("id") % 7))).collect()


def collect():
    return len(spark.range(0, 400_000, 1, 4).select(F.sha2(F.col("id").cast("string"), 256)).collect())


def heap():
    wide = spark.range(0, 3_000_000, 1, 4).select("id", F.repeat(F.sha2(F.col("id").cast("string"), 256), 3).alias("h"))
    return len(wide.collect())


print(which, globals()[which]())
spark.stop()
