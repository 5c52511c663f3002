# a Java main starts its own context; its jar never reaches the executors
. "$(dirname "$0")/cluster.inc"; . "$(dirname "$0")/job.inc"
cat >Totals.java <<'P'
import java.util.Arrays;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

public class Totals {
  public static void main(String[] args) {
    JavaSparkContext sc = new JavaSparkContext(new SparkConf().setAppName("totals").setMaster("spark://localhost:17077").set("spark.executor.memory", "512m"));
    System.out.println(sc.parallelize(Arrays.asList(1, 2, 3, 4), 2).map(n -> n * 2).reduce(Integer::sum));
  }
}
P
javac -cp "$SPARK_HOME/jars/*" Totals.java || exit 1
start_master
start_worker 1
opens="--add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.lang.invoke=ALL-UNNAMED --add-opens=java.base/java.util=ALL-UNNAMED --add-opens=java.base/java.nio=ALL-UNNAMED --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-opens=java.base/java.net=ALL-UNNAMED --add-opens=java.base/java.io=ALL-UNNAMED --add-opens=java.base/java.util.concurrent=ALL-UNNAMED --add-opens=java.base/sun.security.action=ALL-UNNAMED"
java $opens -cp "$PWD:$SPARK_HOME/jars/*" Totals >driver.log 2>&1
collect
