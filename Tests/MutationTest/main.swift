import Glibc
import Simulation

exit(Simulate.run(CommandLine.arguments, recorder: nil))
