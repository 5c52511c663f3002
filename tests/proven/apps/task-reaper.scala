// submit: --master local[2] --conf spark.task.reaper.enabled=true --conf spark.task.reaper.pollingInterval=2s
val slow = new Thread(() => try { sc.parallelize(1 to 2, 2).map { n => val end = System.currentTimeMillis + 9000; while (System.currentTimeMillis < end) {}; n }.count() } catch { case e: Throwable => println("cancelled: " + e.getMessage.take(60)) })
slow.start()
Thread.sleep(3000)
sc.cancelAllJobs()
Thread.sleep(8000)
sys.exit(0)
