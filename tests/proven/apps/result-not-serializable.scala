class Client(val name: String)
sc.setLogLevel("WARN")
println(sc.parallelize(1 to 4, 2).map(n => new Client("c" + n)).collect().length)
sys.exit(1)
