from pyspark.accumulators import AccumulatorParam
from pyspark.sql import SparkSession

sc = SparkSession.builder.appName("coverage").getOrCreate().sparkContext


class Share(AccumulatorParam):
    def zero(self, value):
        return 0

    def addInPlace(self, a, b):
        return a + b if a == 0 else 100 / (a - b)


share = sc.accumulator(0, Share())
sc.parallelize(range(2), 2).foreach(lambda n: share.add(3))
print(share.value)
