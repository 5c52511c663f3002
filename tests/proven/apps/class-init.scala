object Rates { val table: Map[String, Double] = scala.io.Source.fromFile("/etc/acme/rates.csv").getLines().map(l => (l, 1.0)).toMap }
println(sc.parallelize(1 to 8, 8).map(n => Rates.table("EUR") * n).sum())
sys.exit(1)
