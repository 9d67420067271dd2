# A Rails application in one file: SECURE and HOSTS are its variables.
require 'action_controller/railtie'

class PagesApp < Rails::Application
  config.root = __dir__
  config.eager_load = false
  config.consider_all_requests_local = false
  config.secret_key_base = 'no secret'
  config.logger = Logger.new(IO::NULL)
  config.hosts = ENV['HOSTS'].split(',') if ENV['HOSTS']
  config.force_ssl = ENV['SECURE'] == '1'
  config.public_file_server.enabled = false
  routes.append do
    get '/fails', to: ->(_env) { raise 'no' }
    get '/ok', to: ->(_env) { [200, {}, ['ok']] }
    get '/unready', to: ->(_env) { [503, { 'Content-Type' => 'application/json' }, ['{"status":"down","database":"unreachable"}']] }
  end
end
PagesApp.initialize!
run PagesApp
