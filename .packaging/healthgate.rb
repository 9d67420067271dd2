# Homebrew's formula, for Linux: brew install --HEAD --formula .packaging/healthgate.rb
#
# The program waits by epoll and signalfd, so there is none for macOS. A release adds `url` and `sha256`.
class Healthgate < Formula
  desc "Gates a deployment with a load balancer's health checks: promote or roll back"
  homepage "https://github.com/OWNER/healthgate"
  head "https://github.com/OWNER/healthgate.git", branch: "main"

  depends_on "pkg-config" => :build
  depends_on "swift" => :build
  depends_on "curl"
  depends_on "expat"
  depends_on "libyaml"
  depends_on "openssl@3"
  depends_on "re2"
  depends_on :linux

  def install
    system "swift", "build", "--disable-sandbox", "-c", "release", "--static-swift-stdlib", "--product", "healthgate"
    bin.install ".build/release/healthgate"
    man1.install Dir["docs/man/*.1"]
    generate_completions_from_executable bin/"healthgate", "--generate-completion-script",
                                         shells: [:bash, :zsh, :fish], shell_parameter_format: :none
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/healthgate --version") unless head?
    assert_match '"decision": "promote"', shell_output("#{bin}/healthgate demo healthy 2>/dev/null")
  end
end
